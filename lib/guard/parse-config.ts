import { readAccess } from "./access";
import { readCa } from "./ca-file";
import {
	parseApplyConfig,
	parseChangedConfig,
} from "./changed/parse-changed-config";
import type { CommandLine } from "./command-line";
import type { Config, DoctorConfig, ForgetConfig } from "./config";
import { readCredentials } from "./credentials";
import { parseDriftConfig } from "./drift/parse-drift-config";
import { type Environment, Inputs, type ReadFile } from "./inputs";
import { readOutput } from "./output";
import { parseGateConfig } from "./parse-gate-config";
import { parseProbeConfig } from "./parse-probe-config";
import { parseVerifyConfig } from "./parse-verify-config";
import { readPushUrl } from "./push-input";
import { readInstance, requireRegistry } from "./registry-input";
import { parseScanConfig } from "./scan/parse-scan-config";
import { UsageError } from "./usage-error";
import { DEFAULT_DEADLINE } from "./walk-input";

/** undefined: something that has no default is missing, and there is a mistake about it. */
type Parser = (inputs: Inputs) => Config | undefined;

const PARSERS: Readonly<Record<Config["command"], Parser>> = {
	probe: parseProbeConfig,
	verify: parseVerifyConfig,
	doctor: parseDoctorConfig,
	forget: parseForgetConfig,
	gate: parseGateConfig,
	scan: parseScanConfig,
	drift: parseDriftConfig,
	changed: parseChangedConfig,
	apply: parseApplyConfig,
};

/**
 * Makes the typed configuration of a command out of its command line and the environment.
 *
 * @throws UsageError with every mistake at once; never with a secret in it.
 */
export function parseConfig(
	line: CommandLine,
	env: Environment,
	readFile: ReadFile,
): Config {
	const { command } = line;
	if (command === undefined) throw new UsageError(line.mistakes);
	const inputs = new Inputs(command, line, env, readFile);
	const config = PARSERS[command](inputs);
	if (config === undefined || inputs.mistakes.length > 0)
		throw new UsageError(inputs.mistakes);
	return config;
}

function parseDoctorConfig(inputs: Inputs): DoctorConfig | undefined {
	inputs.refuseOperandsAfter(1);
	const registry = requireRegistry(inputs);
	const own = readCredentials(inputs);
	const host = registry?.host ?? "";
	const config = {
		...readAccess(inputs, own, host, [host]),
		command: "doctor",
		instance: readInstance(inputs, registry),
		deadline: inputs.duration("deadline") ?? DEFAULT_DEADLINE,
		push: readPushUrl(inputs),
		output: readOutput(inputs),
	} as const;
	return registry && { ...config, registry };
}

function parseForgetConfig(inputs: Inputs): ForgetConfig | undefined {
	inputs.refuseOperandsAfter(1);
	const [instance] = inputs.operands;
	if (!instance)
		inputs.refuse(
			"INSTANCE: missing",
			"the instance label to forget",
			"write guard forget INSTANCE",
		);
	const push = readPushUrl(inputs);
	if (!inputs.given("push"))
		inputs.refuse(
			"--push: missing",
			"the Pushgateway to delete from",
			"give --push URL, or set PUSHGATEWAY",
		);
	const config = {
		command: "forget",
		job: inputs.given("job")?.text,
		ca: readCa(inputs),
		dryRun: inputs.isOn("dryRun"),
		output: readOutput(inputs),
	} as const;
	return instance && push ? { ...config, instance, push } : undefined;
}
