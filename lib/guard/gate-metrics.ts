import { GC_METRICS } from "./contract";
import { earlierKey, readEarlier } from "./earlier-values";
import { renderExposition } from "./exposition";
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
	const isOpen =
		path !== undefined && readGateValues(path, registry, io).openSince;
	return !isOpen || writeGateMetrics(path, registry, { openSince: 0 }, io);
}

function readGateValues(
	path: string,
	registry: string,
	io: Io,
): Partial<GateValues> {
	const values = readEarlier(path, io);
	const of = ({ name }: { readonly name: string }) =>
		values.get(earlierKey(name, registry));
	return { lost: of(GC_METRICS.lost), openSince: of(GC_METRICS.openSince) };
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
	const { lost, openSince = 0 } = {
		...readGateValues(path, registry, io),
		...change,
	};
	const one = (value: number) => [{ labels: { registry }, value }];
	const text = renderExposition([
		{ ...GC_METRICS.lost, series: lost === undefined ? [] : one(lost) },
		{ ...GC_METRICS.openSince, series: one(openSince) },
	]);
	return writeText(TEXTFILE, path, text, io);
}
