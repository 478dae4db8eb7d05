import type { ScanConfig } from "../config";
import { errorText } from "../error-text";
import type { Inputs } from "../inputs";
import { readOutput } from "../output";
import type { View } from "./diagnosis";
import { parseHttpReport } from "./parse-http-report";

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

function readHttpReport(inputs: Inputs): View | undefined {
	const text = inputs.file("httpReport");
	const given = inputs.given("httpReport");
	if (text === undefined || !given) return undefined;
	try {
		return parseHttpReport(JSON.parse(text));
	} catch (error) {
		inputs.refuseValue(
			given,
			`a report of guard probe --json (${errorText(error)})`,
			"write one with guard probe --report FILE",
		);
		return undefined;
	}
}
