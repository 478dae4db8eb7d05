import type { ScanConfig } from "../config";
import type { Inputs } from "../inputs";
import { readOutput } from "../output";

const DEFAULT_BASE = "/opt/registry/data";

export function parseScanConfig(inputs: Inputs): ScanConfig {
	inputs.refuseOperandsAfter(1);
	const isFix = inputs.isOn("fixLayerLinks");
	const isDry = inputs.isOn("dryRun");
	return {
		command: "scan",
		base: inputs.operands[0] || DEFAULT_BASE,
		instance: inputs.given("instance")?.text,
		full: inputs.isOn("full"),
		cache: inputs.isOn("cache"),
		// alone it is what the earlier script took: nothing is deleted either way
		layerLinks: isDry ? "list" : isFix ? "remove" : "leave",
		report: inputs.given("report")?.text,
		textfile: inputs.given("textfile")?.text,
		httpReport: readHttpReport(inputs),
		output: readOutput(inputs),
	};
}

function readHttpReport(inputs: Inputs): unknown {
	const text = inputs.file("httpReport");
	if (text === undefined) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		const given = inputs.given("httpReport");
		if (given)
			inputs.refuseValue(
				given,
				"a report of guard probe --json",
				"write one with guard probe --report FILE",
			);
		return undefined;
	}
}
