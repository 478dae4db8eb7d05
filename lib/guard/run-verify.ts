import type { RegistryClient } from "../oci/client";
import type { VerifyConfig } from "./config";
import type { ExitCode } from "./contract";
import { exitCodeOf } from "./exit-code";
import type { Io } from "./io";
import { openClient } from "./open-client";
import type { Origin } from "./origin";
import { printableJson } from "./printable";
import { reportOf } from "./report";
import { renderVerifyText } from "./tree-text";
import { verify } from "./verify";
import { writeReport } from "./write-report";

/** `guard verify`: a tree per reference, or the report. */
export async function runVerify(
	config: VerifyConfig,
	io: Io,
): Promise<ExitCode> {
	const { mode, targets, concurrency, exitZero } = config;
	const started = io.now();
	const deadline = started + config.deadline;
	const clients = new Map<string, RegistryClient>();
	const clientOf = (registry: Origin): RegistryClient => {
		const client =
			clients.get(registry.origin) ??
			openClient(registry, config, { deadline, concurrency }, io);
		clients.set(registry.origin, client);
		return client;
	};
	try {
		const result = await verify({
			...config,
			deadline,
			stop: io.stop,
			targets: targets.map(({ ref, registry }) => ({
				ref,
				client: clientOf(registry),
				expectChallenge: config.credentialsFor(registry.host) !== undefined,
			})),
		});
		const only = clients.size === 1 ? targets[0]?.registry : undefined;
		const report = reportOf(
			{
				version: io.version,
				command: "verify",
				registry: only?.origin ?? null,
				instance: only?.host ?? null,
				mode,
				started,
				finished: io.now(),
				pushed: null,
			},
			result,
		);
		io.out(
			config.output === "json"
				? printableJson(report)
				: renderVerifyText(report, result.trees),
		);
		return exitCodeOf({
			isUnpublished: !writeReport(config.report, report, io),
			findings: report.findings.length,
			outcome: report.outcome,
			exitZero,
		});
	} finally {
		for (const client of clients.values()) client.close();
	}
}
