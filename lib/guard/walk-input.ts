import { PROBE_MODES, type ProbeMode } from "./contract";
import type { Inputs } from "./inputs";

/** Milliseconds. */
export const DEFAULT_DEADLINE = 10 * 60_000;
const DEFAULT_CONCURRENCY = 8;
/** A registry at bcrypt cost 5 gives nothing above 8 but latency; the rest is room for faster ones. */
const MOST_CONCURRENCY = 256;

/** What probe and verify have in common. */
export function readWalk(inputs: Inputs, defaultMode: ProbeMode) {
	return {
		mode: inputs.choice("mode", PROBE_MODES) ?? defaultMode,
		concurrency: readConcurrency(inputs),
		deadline: inputs.duration("deadline") ?? DEFAULT_DEADLINE,
		referrers: inputs.isOn("referrers"),
		exitZero: inputs.isOn("exitZero"),
		report: inputs.given("report")?.text,
	};
}

export function readConcurrency(inputs: Inputs): number {
	return (
		inputs.integer("concurrency", 1, MOST_CONCURRENCY) ?? DEFAULT_CONCURRENCY
	);
}
