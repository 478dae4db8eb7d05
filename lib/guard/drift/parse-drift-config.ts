import { readCa } from "../ca-file";
import type { DriftConfig } from "../config";
import { DRIFT_JOB } from "../contract";
import type { Inputs } from "../inputs";
import { readOutput } from "../output";
import { readJob, readPushUrl } from "../push-input";
import { findRoots } from "../roots/find-roots";
import { readTools } from "../roots/tools";

export function parseDriftConfig(inputs: Inputs): DriftConfig {
	const url = readPushUrl(inputs);
	return {
		command: "drift",
		roots: findRoots(inputs),
		tools: readTools(inputs),
		push: url ? { url, job: readJob(inputs, DRIFT_JOB) } : undefined,
		ca: readCa(inputs),
		slack: inputs.given("slack")?.text,
		locks: inputs.isOn("locks"),
		output: readOutput(inputs),
	};
}
