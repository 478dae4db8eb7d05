import { BUNDLE_MATCHES, GC_METRICS, SCAN_METRICS } from "../guard/contract";
import { ALERTS, type AlertGroup, type AlertRule } from "./alert";
import { renderDuration } from "./duration";
import { type HostThresholds, hostThresholds } from "./host-thresholds";
import type { AlertBody } from "./probe-alerts";
import { runbookUrl } from "./runbook-url";
import { forEachSeries } from "./template";

/** The registry VM: whose series these are, and which there must be. */
export interface WatchedHost {
	/** Scrape job of its node_exporter. @default "registry-host" */
	readonly job?: string;
	/** `instance` of its node_exporter (`10.0.20.10:9100`). */
	readonly instance: string;
	/** Names of the registries whose stores are scanned: the label `registry`. */
	readonly scanned: readonly string[];
	/** Of those, the ones that are collected. */
	readonly collected: readonly string[];
	/** Where the stores may be mounted; one that is no mount of its own has no series. @default ["/", "/opt", "/opt/registry", "/opt/registry/data"] */
	readonly mountpoints?: readonly string[];
	/** Numbers that differ from the defaults. @default - HOST_THRESHOLDS */
	readonly thresholds?: Partial<HostThresholds>;
}

/** Name of the rule group. */
export const HOST_GROUP_NAME = "Registry host";
const MOUNTPOINTS = ["/", "/opt", "/opt/registry", "/opt/registry/data"];

/** A watched host with what expressions are made of. */
export interface HostWatch {
	readonly job: string;
	readonly instance: string;
	/** Label matchers of every series of the host. */
	readonly selector: string;
	readonly scanned: readonly string[];
	readonly collected: readonly string[];
	readonly mountpoints: readonly string[];
}

/** @throws Error naming prop, what it got and what it wanted. */
export function hostWatch(host: WatchedHost): HostWatch {
	const { job = "registry-host", instance, scanned, collected } = host;
	const { mountpoints = MOUNTPOINTS } = host;
	const stray = collected.find((name) => !scanned.includes(name));
	if (stray !== undefined)
		throw new Error(
			`host.collected: got ${JSON.stringify(stray)}, wanted one of ${scanned.join(", ")}: no collection without a scan`,
		);
	for (const name of scanned)
		if (!/^[a-z0-9][-a-z0-9]*$/.test(name))
			throw new Error(
				`host.scanned: got ${JSON.stringify(name)}, wanted a DNS label`,
			);
	const quote = JSON.stringify;
	return {
		job,
		instance,
		selector: `job=${quote(job)},instance=${quote(instance)}`,
		scanned,
		collected,
		mountpoints,
	};
}

/**
 * The alerts on the registry VM, from what scan and collection leave in node_exporter's textfile folder. Those that say
 * that something did not happen also fire where the series of a configured name is absent.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostAlerts(host: WatchedHost, runbookBase: string): AlertGroup {
	const watch = hostWatch(host);
	const thresholds = hostThresholds(host.thresholds);
	const rules = [
		...scanAlerts(watch, thresholds),
		...collectionAlerts(watch, thresholds),
		...machineAlerts(watch, thresholds),
	].map(
		(body): AlertRule => ({
			...body,
			severity: ALERTS[body.alert],
			job: watch.job,
			instance: watch.instance,
			runbookUrl: runbookUrl(runbookBase, body.alert),
		}),
	);
	return { name: HOST_GROUP_NAME, rules };
}

const BY = "by (job, instance, registry)";

/** Selector of the series of these names. */
function of(selector: string, names: readonly string[]): string {
	return `${selector},registry=~"${names.join("|")}"`;
}

/** A line for each name whose series is not there. */
function orAbsent(
	metric: string,
	selector: string,
	names: readonly string[],
): string {
	return names
		.map((name) => `\nor\nabsent(${metric}{${selector},registry="${name}"})`)
		.join("");
}

function scanAlerts(
	{ selector, scanned }: HostWatch,
	t: HostThresholds,
): AlertBody[] {
	if (scanned.length === 0) return [];
	const { findings, lastRun } = SCAN_METRICS;
	const series = of(selector, scanned);
	return [
		{
			alert: "RegistryDiskScanOrphans",
			expr: `max ${BY} (${findings.name}{${series}}) > 0`,
			for: t.orphansFor,
			summary:
				"{{ $labels.registry }}: {{ $value }} bad nodes on the disk of {{ $labels.instance }}",
			description:
				"The disk scan found tags whose index, manifest, config or layer is gone or wrong. The registry may still answer 200 from its memory until it restarts. No collection before this is repaired: it deletes what the repair needs.",
		},
		{
			alert: "RegistryDiskScanStale",
			expr: `time() - max ${BY} (${lastRun.name}{${series}}) > ${t.scanStaleAfter}${orAbsent(lastRun.name, selector, scanned)}`,
			for: t.scanStaleFor,
			summary: "{{ $labels.registry }}: its disk was not scanned for two days",
			description: `No scan of this store for ${renderDuration(t.scanStaleAfter)}, or no result at all: the timer does not run, the scan fails, its file does not reach node_exporter, or node_exporter is not scraped.`,
		},
	];
}

function collectionAlerts(
	{ selector, collected }: HostWatch,
	t: HostThresholds,
): AlertBody[] {
	if (collected.length === 0) return [];
	const { lost, success, lastSuccess, openSince, failedStep } = GC_METRICS;
	const series = of(selector, collected);
	const steps = forEachSeries(
		`max by (registry, step) (${failedStep.name}{${series}} == 1)`,
		["registry", "step"],
		" {{ .Labels.registry }} at {{ .Labels.step }}",
	);
	return [
		{
			alert: "RegistryGCLost",
			expr: `max ${BY} (${lost.name}{${series}}) > 0`,
			for: t.lostFor,
			summary:
				"{{ $labels.registry }}: a collection lost {{ $value }} tags or manifests",
			description:
				"What was whole before the last collection is not after it. Both reports are kept on the VM. Stop the collections, and repair before anything restarts.",
		},
		{
			alert: "RegistryGCFailed",
			expr: `min ${BY} (${success.name}{${series}}) == 0${orAbsent(success.name, selector, collected)}`,
			for: t.gcFailedFor,
			summary: "{{ $labels.registry }}: the last collection failed",
			description: `The last collection did not go through, or there was none since the VM was set up. Failed:${steps}. At the step gate-open nothing was touched: the store has findings, or could not be looked at.`,
		},
		{
			alert: "RegistryGCStale",
			expr: `time() - max ${BY} (${lastSuccess.name}{${series}}) > ${t.gcStaleAfter}${orAbsent(lastSuccess.name, selector, collected)}`,
			for: t.gcStaleFor,
			summary: "{{ $labels.registry }}: no collection went through for weeks",
			description: `No collection went through for ${renderDuration(t.gcStaleAfter)}: the disk fills with what no image uses any more.`,
		},
		{
			alert: "RegistryLeftStopped",
			expr: `time() - (max ${BY} (${openSince.name}{${series}}) > 0) > ${t.leftStoppedAfter}`,
			for: t.leftStoppedFor,
			summary:
				"{{ $labels.registry }}: stopped for a collection {{ $value | humanizeDuration }} ago, and not seen running since",
			description:
				"The gate of a collection is open and nobody closed it: the registry may still be stopped, and nothing can be pulled from it.",
		},
	];
}

function machineAlerts(
	{ selector, mountpoints }: HostWatch,
	t: HostThresholds,
): AlertBody[] {
	const series = `${selector},mountpoint=~${JSON.stringify(mountpoints.join("|"))}`;
	const by = "by (job, instance, mountpoint)";
	const free = `max ${by} (node_filesystem_avail_bytes{${series}})\n/\nmax ${by} (node_filesystem_size_bytes{${series}})`;
	const left = forEachSeries(
		free.replaceAll("\n", " "),
		["mountpoint"],
		" {{ .Labels.mountpoint }} {{ .Value | humanizePercentage }}",
	);
	const window = renderDuration(t.diskWindow);
	return [
		{
			alert: "RegistryDiskFilling",
			expr: `max ${by} (predict_linear(node_filesystem_avail_bytes{${series}}[${window}], ${t.diskHorizon})) < 0\nor\n${free} < ${t.diskFreeRatio}`,
			for: t.diskFor,
			summary:
				"{{ $labels.instance }}: {{ $labels.mountpoint }} is full, or will be within a day",
			description: `Free:${left}. A full disk cuts pushes off in the middle. Safe to free: the volume of nginx's blob cache, one pull-through cache's store while it is stopped, unused Docker images, old logs. Never garbage-collect -m, never files under the private store.`,
		},
		{
			alert: "RegistryConfigDrift",
			expr: `min by (job, instance) (${BUNDLE_MATCHES.name}{${selector}}) == 0\nor\nabsent(${BUNDLE_MATCHES.name}{${selector}})`,
			for: t.bundleFor,
			summary:
				"{{ $labels.instance }}: the files of the VM are not those that were rendered",
			description:
				"A file of the bundle on the VM differs from its manifest of hashes, or nobody compares them: somebody changed it by hand, or a sync stopped halfway.",
		},
	];
}
