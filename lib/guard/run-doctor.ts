import type { DoctorConfig } from "./config";
import { EXIT, type ExitCode } from "./contract";
import { examine } from "./doctor";
import type { StepResult } from "./doctor-step";
import type { Io } from "./io";
import { openClient } from "./open-client";
import { printableJson } from "./printable";
import { asText } from "./text";

const MARKS = { ok: "ok", failed: "FAIL", skipped: "--" } as const;

function stepLines({ step, status, detail, next }: StepResult): string[] {
	const line = `${step.padEnd(12)}${MARKS[status].padEnd(5)} ${detail}`;
	return next === undefined ? [line] : [line, `${" ".repeat(18)}${next}`];
}

/** `guard doctor`: a line per step, exit 3 at the first failure. */
export async function runDoctor(
	config: DoctorConfig,
	io: Io,
): Promise<ExitCode> {
	const { registry, instance } = config;
	const deadline = io.now() + config.deadline;
	const client = openClient(registry, config, { deadline }, io);
	try {
		const steps = await examine({ ...config, client, deadline, now: io.now });
		io.out(
			config.output === "json"
				? printableJson({
						schema: 1,
						version: io.version,
						command: "doctor",
						registry: registry.origin,
						instance,
						steps,
					})
				: asText(steps.flatMap(stepLines)),
		);
		return steps.some(({ status }) => status === "failed")
			? EXIT.couldNotLook
			: EXIT.clean;
	} finally {
		client.close();
	}
}
