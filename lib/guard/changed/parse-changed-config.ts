import type { ApplyConfig, ChangedConfig } from "../config";
import type { Inputs } from "../inputs";
import { readOutput } from "../output";
import { findRoots } from "../roots/find-roots";
import { readTools } from "../roots/tools";

export function parseChangedConfig(inputs: Inputs): ChangedConfig | undefined {
	const base = inputs.given("base");
	if (!base)
		inputs.refuse(
			"--base: missing",
			"a commit to compare with",
			"give --base REV: the last applied commit, or what comes closest to it",
		);
	else if (!/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(base.text))
		inputs.refuseValue(base, "a revision as git takes it");
	const config = {
		command: "changed",
		roots: findRoots(inputs),
		applied: inputs.given("applied")?.text,
		output: readOutput(inputs),
	} as const;
	return base && { ...config, base: base.text };
}

export function parseApplyConfig(inputs: Inputs): ApplyConfig | undefined {
	const changed = parseChangedConfig(inputs);
	const config = {
		command: "apply",
		tools: readTools(inputs),
		planOnly: inputs.isOn("plan"),
		slack: inputs.given("slack")?.text,
	} as const;
	return changed && { ...changed, ...config };
}
