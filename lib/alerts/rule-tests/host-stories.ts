import { BUNDLE_MATCHES, GC_METRICS, SCAN_METRICS } from "../../guard/contract";
import type { AlertName } from "../alert";
import { type HostWatch, hostWatch, type WatchedHost } from "../host-alerts";
import { type HostThresholds, hostThresholds } from "../host-thresholds";
import { DISK, disk, healthy, nameOf, retired } from "./host-series";
import { STORY_STEP, type Story, type StoryOnset } from "./story";

const DAY = 86_400;
const WEEK = 7 * DAY;

/** The stories that the alerts on the registry VM exist for: of one registry, all others are well meanwhile. */
export function hostStories(host: WatchedHost): readonly Story[] {
	const watch = hostWatch(host);
	const t = hostThresholds(host.thresholds);
	const names = { scanned: watch.scanned[0], collected: watch.collected[0] };
	return [
		{
			name: "all is well",
			series: { ...healthy(watch), ...retired(watch) },
			onsets: [],
			looks: [0, WEEK],
		},
		...(names.scanned ? scanStories(watch, names.scanned, t) : []),
		...(names.collected ? collectionStories(watch, names.collected, t) : []),
		...machineStories(watch, t),
		silentVm(watch, t),
	];
}

/** An alert of one registry. */
function onsetOf(registry: string) {
	return (alert: AlertName, at: number, until?: number): StoryOnset => ({
		alert,
		labels: { registry },
		at,
		until,
	});
}

/** `trouble` during a time, else `well`. */
function during(
	from: number,
	to: number,
	trouble: number | undefined,
	well: number,
): (time: number) => number | undefined {
	return (time) => (time >= from && time < to ? trouble : well);
}

function scanStories(
	watch: HostWatch,
	registry: string,
	t: HostThresholds,
): Story[] {
	const findings = nameOf(watch, SCAN_METRICS.findings, registry);
	const lastRun = nameOf(watch, SCAN_METRICS.lastRun, registry);
	const all = healthy(watch);
	const onset = onsetOf(registry);
	return [
		{
			name: "the scan finds something, and it is repaired",
			series: { ...all, [findings]: during(DAY, 3 * DAY, 2, 0) },
			onsets: [onset("RegistryDiskScanOrphans", DAY + t.orphansFor, 3 * DAY)],
		},
		{
			name: "one store is no longer scanned",
			series: { ...all, [lastRun]: () => 0 },
			onsets: [
				onset("RegistryDiskScanStale", t.scanStaleAfter + t.scanStaleFor),
			],
		},
		{
			name: "one store was never scanned, and then is",
			series: { ...all, [lastRun]: (time) => (time < DAY ? undefined : DAY) },
			onsets: [onset("RegistryDiskScanStale", t.scanStaleFor, DAY)],
		},
	];
}

function collectionStories(
	watch: HostWatch,
	registry: string,
	t: HostThresholds,
): Story[] {
	const series = (metric: keyof typeof GC_METRICS) =>
		nameOf(watch, GC_METRICS[metric], registry);
	const all = healthy(watch);
	const onset = onsetOf(registry);
	const never = () => undefined;
	const opened = DAY;
	// the last look at which it is not too long yet
	const short =
		opened + Math.floor(t.leftStoppedAfter / STORY_STEP) * STORY_STEP;
	return [
		{
			name: "a collection loses something",
			series: {
				...all,
				[series("lost")]: during(DAY, 2 * DAY, 3, 0),
				[series("success")]: during(DAY, 2 * DAY, 0, 1),
			},
			onsets: [
				onset("RegistryGCLost", DAY + t.lostFor, 2 * DAY),
				onset("RegistryGCFailed", DAY + t.gcFailedFor, 2 * DAY),
			],
		},
		{
			name: "a collection fails and loses nothing",
			series: { ...all, [series("success")]: during(DAY, 2 * DAY, 0, 1) },
			onsets: [onset("RegistryGCFailed", DAY + t.gcFailedFor, 2 * DAY)],
		},
		{
			name: "no collection goes through any more",
			series: { ...all, [series("lastSuccess")]: () => 0 },
			onsets: [onset("RegistryGCStale", t.gcStaleAfter + t.gcStaleFor)],
		},
		{
			name: "there was no collection yet",
			series: {
				...all,
				[series("lost")]: never,
				[series("success")]: never,
				[series("openSince")]: never,
				[series("lastSuccess")]: never,
			},
			onsets: [
				onset("RegistryGCFailed", t.gcFailedFor),
				onset("RegistryGCStale", t.gcStaleFor),
			],
		},
		{
			name: "a registry is left stopped, and started again",
			series: {
				...all,
				[series("openSince")]: during(opened, opened + DAY, opened, 0),
			},
			onsets: [
				onset(
					"RegistryLeftStopped",
					opened + t.leftStoppedAfter + t.leftStoppedFor,
					opened + DAY,
				),
			],
		},
		{
			name: "a collection takes as long as it may",
			series: {
				...all,
				[series("openSince")]: (time) =>
					time >= opened && time <= short ? opened : 0,
			},
			onsets: [],
			looks: [short, short + STORY_STEP],
		},
	];
}

function machineStories(watch: HostWatch, t: HostThresholds): Story[] {
	const all = healthy(watch);
	const bundle = nameOf(watch, BUNDLE_MATCHES);
	const mountpoint = watch.mountpoints[0] ?? "";
	const filling = (at: number, until?: number): StoryOnset[] => [
		{ alert: "RegistryDiskFilling", labels: { mountpoint }, at, until },
	];
	// in a straight line from half the disk to nothing
	const empty = t.diskHorizon + 2 * DAY;
	const emptied = empty - STORY_STEP * 8;
	const ratio = (share: number) => () => Math.round(DISK * share);
	const changed = DAY;
	return [
		{
			name: "the disk fills, and is emptied",
			series: {
				...all,
				...disk(watch, (time) =>
					time < emptied
						? Math.round((DISK / 2) * (1 - time / empty))
						: DISK / 2,
				),
			},
			// what went before is in the window for as long as that is
			onsets: filling(2 * DAY + STORY_STEP + t.diskFor, emptied),
			looks: [emptied + t.diskWindow + STORY_STEP],
		},
		{
			name: "the disk is nearly full for long",
			series: { ...all, ...disk(watch, ratio(t.diskFreeRatio - 0.005)) },
			onsets: filling(t.diskFor),
		},
		{
			name: "the disk is as full as it may be",
			series: { ...all, ...disk(watch, ratio(t.diskFreeRatio)) },
			onsets: [],
			looks: [DAY],
		},
		{
			name: "somebody changes a file of the bundle, and a sync brings it back",
			series: { ...all, [bundle]: during(changed, 2 * DAY, 0, 1) },
			onsets: [
				{
					alert: "RegistryConfigDrift",
					at: changed + t.bundleFor,
					until: 2 * DAY,
				},
			],
		},
		{
			name: "a sync replaces the files one after the other",
			series: {
				...all,
				[bundle]: during(changed, changed + t.bundleFor, 0, 1),
			},
			onsets: [],
			looks: [2 * DAY],
		},
		{
			name: "nobody compares the files",
			series: { ...all, [bundle]: () => undefined },
			onsets: [{ alert: "RegistryConfigDrift", at: t.bundleFor }],
		},
	];
}

/** Nothing of the VM any more, while another one goes on: whatever should have happened counts as not happened. */
function silentVm(watch: HostWatch, t: HostThresholds): Story {
	const gone = DAY;
	const series = Object.fromEntries(
		Object.entries(healthy(watch)).flatMap(([name, value]) => [
			[name, (time: number) => (time < gone ? value(time) : undefined)],
			[name.replace(/instance="[^"]*"/, 'instance="another"'), value],
		]),
	);
	const each = (
		names: readonly string[],
		alert: AlertName,
		wait: number,
	): StoryOnset[] =>
		names.map((registry) => ({
			alert,
			labels: { registry },
			at: gone + wait,
		}));
	return {
		name: "node_exporter is silent",
		series,
		onsets: [
			...each(watch.scanned, "RegistryDiskScanStale", t.scanStaleFor),
			...each(watch.collected, "RegistryGCFailed", t.gcFailedFor),
			...each(watch.collected, "RegistryGCStale", t.gcStaleFor),
			{ alert: "RegistryConfigDrift", at: gone + t.bundleFor },
		],
	};
}
