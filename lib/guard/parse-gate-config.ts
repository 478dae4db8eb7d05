import { basename, resolve } from "node:path";
import { readAccess } from "./access";
import type { GateConfig } from "./config";
import { readCredentials } from "./credentials";
import type { Inputs } from "./inputs";
import { type Origin, parseOrigin } from "./origin";
import { readOutput } from "./output";
import { allowPlainHttp, readInstance } from "./registry-input";
import { shown } from "./usage-error";
import { DEFAULT_DEADLINE, readConcurrency } from "./walk-input";

const ACTIONS = ["open", "close"] as const;

export function parseGateConfig(inputs: Inputs): GateConfig | undefined {
	inputs.refuseOperandsAfter(2);
	const [word, state] = inputs.operands;
	const action = ACTIONS.find((each) => each === word);
	if (!action)
		inputs.refuse(
			word === undefined
				? "open|close: missing"
				: `open|close: got ${shown(word)}`,
			"open or close",
			"write guard gate open STATE --base DIR",
		);
	if (!state)
		inputs.refuse(
			"STATE: missing",
			"the file that open writes and close compares with",
			`write guard gate ${action ?? "open"} STATE --base DIR`,
		);
	const base = inputs.given("base");
	if (!base)
		inputs.refuse(
			"--base: missing",
			"the folder of one store (docker/registry/v2 is below it)",
			"give --base DIR",
		);
	const registry = readGateRegistry(inputs);
	const own = readCredentials(inputs);
	const host = registry?.host ?? "";
	const folder = base ? resolve(base.text) : "";
	const config = {
		...readAccess(inputs, own, host, registry ? [host] : []),
		command: "gate",
		base: folder,
		registry,
		instance: readInstance(inputs, undefined) || basename(folder),
		concurrency: readConcurrency(inputs),
		deadline: inputs.duration("deadline") ?? DEFAULT_DEADLINE,
		report: inputs.given("report")?.text,
		textfile: inputs.given("textfile")?.text,
		output: readOutput(inputs),
	} as const;
	return action && state && base ? { ...config, action, state } : undefined;
}

/** Exactly one of --registry and --cache: a private registry that is not walked would be half a look. */
function readGateRegistry(inputs: Inputs): Origin | undefined {
	const given = inputs.given("registry");
	const isCache = inputs.isOn("cache");
	if (isCache === (given !== undefined))
		inputs.refuse(
			isCache
				? "--registry and --cache: both given"
				: "--registry or --cache: neither given",
			"one of them",
			"give --registry URL for a registry that is pushed to, --cache for a pull-through cache",
		);
	if (!given) return undefined;
	const origin = parseOrigin(given.text);
	if (origin) allowPlainHttp(inputs, given.source, origin);
	else
		inputs.refuseValue(
			given,
			"https://host[:port] and nothing after it",
			"write --registry https://registry.example.com:5050; credentials go into REG_USER and REG_PASS",
		);
	return origin;
}
