import { GC_METRICS } from "./contract";
import { errorText } from "./error-text";
import { parseSample, renderExposition } from "./exposition";
import type { Io } from "./io";
import { TEXTFILE, writeText } from "./write-report";

/** The gate's share of `registry_guard_gc_<name>.prom`. */
export interface GateValues {
	/** undefined: no collection was ever judged. */
	readonly lost: number | undefined;
	/** Unix seconds; 0: closed. */
	readonly openSince: number;
}

/** Nothing is open, whatever the metrics say; what was lost stays said. */
export function shutGateMetrics(
	path: string | undefined,
	registry: string,
	io: Io,
): boolean {
	const isOpen = path !== undefined && readGateValues(path, io).openSince;
	return !isOpen || writeGateMetrics(path, registry, { openSince: 0 }, io);
}

/** What an earlier run wrote; a file that is not there or makes no sense says nothing. */
function readGateValues(path: string, io: Io): Partial<GateValues> {
	let text: string;
	try {
		text = io.readFile(path);
	} catch {
		return {};
	}
	const values = new Map<string, number>();
	for (const line of text.split("\n")) {
		try {
			const sample = parseSample(line);
			if (sample) values.set(sample.name, sample.value);
		} catch (error) {
			io.log(`--textfile: ${errorText(error)}; the line is left out`);
		}
	}
	return {
		lost: values.get(GC_METRICS.lost.name),
		openSince: values.get(GC_METRICS.openSince.name),
	};
}

/**
 * Writes the gate's metrics for node_exporter; what is not given stays as it was.
 *
 * @returns false where they could not be written, and the log says why.
 */
export function writeGateMetrics(
	path: string | undefined,
	registry: string,
	change: Partial<GateValues>,
	io: Io,
): boolean {
	if (path === undefined) return true;
	const { lost, openSince = 0 } = { ...readGateValues(path, io), ...change };
	const one = (value: number) => [{ labels: { registry }, value }];
	const text = renderExposition([
		{ ...GC_METRICS.lost, series: lost === undefined ? [] : one(lost) },
		{ ...GC_METRICS.openSince, series: one(openSince) },
	]);
	return writeText(TEXTFILE, path, text, io);
}
