import type { Output } from "./config";
import type { Inputs } from "./inputs";

/** What goes to stdout. */
export function readOutput(inputs: Inputs): Output {
	const isJson = inputs.isOn("json");
	const isMetrics = inputs.isOn("metrics");
	if (isJson && isMetrics)
		inputs.refuse(
			"--json and --metrics: both given",
			"one of them, stdout is one document",
			"use --report FILE for the JSON beside --metrics",
		);
	return isMetrics ? "metrics" : isJson ? "json" : "text";
}
