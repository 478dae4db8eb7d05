import { BUNDLE_MATCHES, GC_METRICS, SCAN_METRICS } from "../../guard/contract";
import type { HostWatch } from "../host-alerts";

const DAY = 86_400;
const WEEK = 7 * DAY;
/** Bytes of the disk. */
export const DISK = 1_000_000_000;

/** Each with its value at a time; undefined: it is not there. */
type Series = Record<string, (time: number) => number | undefined>;

/** A series of the host, of one registry where it is about one. */
export function nameOf(
	{ selector }: HostWatch,
	metric: { readonly name: string },
	registry?: string,
): string {
	return `${metric.name}{${selector}${registry === undefined ? "" : `,registry="${registry}"`}}`;
}

/** A daily scan, a weekly collection, half a disk. */
export function healthy(watch: HostWatch): Series {
	const series: Series = {};
	for (const name of watch.scanned) {
		series[nameOf(watch, SCAN_METRICS.findings, name)] = () => 0;
		series[nameOf(watch, SCAN_METRICS.lastRun, name)] = (time) =>
			Math.floor(time / DAY) * DAY;
	}
	for (const name of watch.collected) {
		series[nameOf(watch, GC_METRICS.lost, name)] = () => 0;
		series[nameOf(watch, GC_METRICS.success, name)] = () => 1;
		series[nameOf(watch, GC_METRICS.openSince, name)] = () => 0;
		series[nameOf(watch, GC_METRICS.lastSuccess, name)] = (time) =>
			Math.floor(time / WEEK) * WEEK;
	}
	series[nameOf(watch, BUNDLE_MATCHES)] = () => 1;
	return { ...series, ...disk(watch, () => DISK / 2) };
}

/** What the last scan and collection of a registry left that the model does not have any more. */
export function retired(watch: HostWatch): Series {
	const name = "retired";
	if (watch.scanned.includes(name)) return {};
	return {
		[nameOf(watch, SCAN_METRICS.findings, name)]: () => 5,
		[nameOf(watch, SCAN_METRICS.lastRun, name)]: () => 0,
		[nameOf(watch, GC_METRICS.lost, name)]: () => 3,
		[nameOf(watch, GC_METRICS.success, name)]: () => 0,
		[nameOf(watch, GC_METRICS.openSince, name)]: () => 1,
		[nameOf(watch, GC_METRICS.lastSuccess, name)]: () => 0,
	};
}

/** A disk of which so many bytes are free. */
export function disk(
	{ selector, mountpoints }: HostWatch,
	free: (time: number) => number,
): Series {
	const labels = `{${selector},mountpoint="${mountpoints[0]}",device="/dev/sda1",fstype="ext4"}`;
	return {
		[`node_filesystem_avail_bytes${labels}`]: free,
		[`node_filesystem_size_bytes${labels}`]: () => DISK,
	};
}
