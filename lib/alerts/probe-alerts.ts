import { METRICS } from "../guard/contract";
import type { AlertName } from "./alert";
import { renderDuration } from "./duration";
import { forEachSeries } from "./template";
import type { Thresholds } from "./thresholds";
import type { Watch } from "./watch";

/** What differs between two alerts; severity and links follow from the name. */
export interface AlertBody {
	readonly alert: AlertName;
	readonly expr: string;
	/** Seconds. */
	readonly for: number;
	readonly summary: string;
	readonly description: string;
}

/** Tags that an alert's text names. */
const LISTED_TAGS = 10;

/** Seconds between two looks back at most. */
const MAX_STEP = 3600;

const BY = "by (job, instance)";
const M = METRICS;

/**
 * The alerts on what the probe of one registry publishes. Shards are summed where each publishes its share, and the
 * worst one counts (min) where each speaks for the whole, so every alert carries the labels job and instance.
 */
export function probeAlerts(watch: Watch, thresholds: Thresholds): AlertBody[] {
	return [
		...contentAlerts(watch, thresholds),
		...runAlerts(watch, thresholds),
		...sightAlerts(watch, thresholds),
	];
}

/** What is broken. */
function contentAlerts({ selector }: Watch, t: Thresholds): AlertBody[] {
	const info = `${M.brokenTagInfo.name}{${selector}}`;
	const inUse = `${M.brokenTagInfo.name}{${selector},in_use="true"}`;
	// in-use tags weigh more, so they are never the ones that are left out; without a rank they sort first
	const chosen = `topk(${LISTED_TAGS}, 2 * ${inUse} or ${info})`;
	const listed = `label_replace(${chosen}, "rank", "last", "in_use", "false|unknown")`;
	return [
		{
			alert: "RegistryManifestIntegrityFailure",
			expr: `sum ${BY} (${M.failures.name}{${selector}}) > 0`,
			for: t.failureFor,
			summary: "{{ $labels.instance }}: {{ $value }} broken tags",
			description: `What these tags name is not whole in the registry, so pulls fail or will fail. Up to ${LISTED_TAGS} of them, those in use first:${forEachSeries(
				listed,
				["rank", "repository", "tag"],
				"\n- {{ .Labels.repository }}:{{ .Labels.tag }} ({{ .Labels.reason }}, in use: {{ .Labels.in_use }})",
			)}`,
		},
		{
			alert: "RegistryBrokenImageInUse",
			expr: `max by (job, instance, repository, tag, reason, image) (${inUse}) > 0`,
			for: t.inUseFor,
			summary:
				"{{ $labels.image }} is in use and broken ({{ $labels.reason }})",
			description:
				"The cluster runs an image that {{ $labels.instance }} can no longer serve whole. Pods live on from the nodes' caches; a new node or a restarted pod will not start. Keep the nodes that have it.",
		},
	];
}

/** Whether the probe runs, and to the end. */
function runAlerts(watch: Watch, t: Thresholds): AlertBody[] {
	const { selector, present, shards, gap, freshFor } = watch;
	const age = (metric: string) => `time() - min ${BY} (${metric}{${selector}})`;
	/** Series of none of the shards, or of fewer than configured. */
	const fewer = (metric: string) =>
		[
			`absent(${metric}{${present}})`,
			...(shards > 1
				? [`count ${BY} (${metric}{${present}}) < ${shards}`]
				: []),
		].join("\nor\n");
	const isFresh = `(${age(M.lastRun.name)} <= ${freshFor})`;
	const isOldSuccess = `${age(M.lastSuccess.name)} > ${t.notCompletingGaps * gap}`;
	const reasons = forEachSeries(
		`count by (reason) (${M.catalogErrorInfo.name}{${selector}} == 1)`,
		["reason"],
		" {{ .Labels.reason }}",
	);
	return [
		{
			alert: "RegistryIntegrityProbeStale",
			expr: `${age(M.lastRun.name)} > ${freshFor}`,
			for: t.staleFor,
			summary:
				"{{ $labels.instance }}: last probed {{ $value | humanizeDuration }} ago",
			description:
				"The probe ran before and no longer does, or one of its shards: nothing of what this registry's other alerts say is news. Begin with the events of the Jobs of CronJob {{ $labels.job }} and with the image pull, then with what the Pushgateway answers (400).",
		},
		{
			alert: "RegistryIntegrityProbeNeverRan",
			expr: fewer(M.lastRun.name),
			for: t.neverRanGaps * gap,
			summary: "{{ $labels.instance }}: no result of {{ $labels.job }}",
			description: `The Pushgateway holds no result of this probe${shards > 1 ? `, or of fewer than its ${shards} shards` : ""}: it never ran, its pushes are refused, the Pushgateway lost its data, or Prometheus does not scrape it.`,
		},
		{
			alert: "RegistryIntegrityNotCompleting",
			expr: `(\n${indent(`${isOldSuccess}\nor\n${fewer(M.lastSuccess.name)}`)}\n)\nand on (job, instance)\n${isFresh}`,
			for: t.notCompletingFor,
			summary: "{{ $labels.instance }}: the probe runs and never completes",
			description: `Every run of the last ${renderDuration(t.notCompletingGaps * gap)} was cut short or could not see part of the registry, so nothing was found whole. The log of the last Job and the inconclusive reasons say why: deadline, throttling, credentials.`,
		},
		{
			alert: "RegistryCatalogInaccessible",
			expr: `(min ${BY} (${M.catalogAccessible.name}{${selector}}) == 0)\nand on (job, instance)\n${isFresh}`,
			for: t.catalogFor,
			summary: `{{ $labels.instance }}: the catalog cannot be read:${reasons}`,
			description: `The probe runs and cannot list the registry's repositories. Reason:${reasons}. Run the guard's doctor against it: it names the first thing that fails.`,
		},
	];
}

/** How much the probe saw. */
function sightAlerts(watch: Watch, t: Thresholds): AlertBody[] {
	const { selector, present, gap, tagsPerRepo } = watch;
	const sum = (metric: string) => `sum ${BY} (${metric}{${selector}})`;
	const unseen = sum(M.inconclusive.name);
	const size = `sum ${BY} (${M.repositories.name}{${present}})`;
	// a value holds until the next run: looking once a run sees them all
	const day = `${renderDuration(t.shrinkWindow)}:${renderDuration(Math.min(gap, MAX_STEP))}`;
	const end = `min ${BY} (${M.tlsNotAfter.name}{${selector}})`;
	const reasons = forEachSeries(
		`sum by (reason) (${M.inconclusive.name}{${selector}}) > 0`,
		["reason"],
		" {{ .Labels.reason }} {{ .Value }}",
	);
	const all: AlertBody[] = [
		{
			alert: "RegistryIntegrityProbeInconclusive",
			expr: `${unseen}\n/\n(${unseen} + ${sum(M.tagsChecked.name)})\n> ${t.inconclusiveRatio}`,
			for: t.inconclusiveGaps * gap,
			summary:
				"{{ $labels.instance }}: {{ $value | humanizePercentage }} could not be looked at",
			description: `The probe gets answers that prove neither damage nor health:${reasons}.`,
		},
		{
			alert: "RegistryIntegrityCoverageLow",
			expr: `min ${BY} (${M.coverageRatio.name}{${selector}}) < ${t.coverageRatio}`,
			for: t.coverageGaps * gap,
			summary:
				"{{ $labels.instance }}: only {{ $value | humanizePercentage }} of the tags are looked at",
			description:
				"The probe is to look at every tag and does not get that far. Give it more time or shards, or let it rotate (tags per repository).",
		},
		{
			alert: "RegistryCatalogShrank",
			expr: `${size}\n< ${t.shrinkRatio} *\nmax_over_time((${size})[${day}])`,
			for: t.shrinkFor,
			summary:
				"{{ $labels.instance }}: only {{ $value }} repositories are left",
			description: `The catalog is smaller than ${t.shrinkRatio} of its largest size in the last ${renderDuration(t.shrinkWindow)}: a lost volume, a proxy that asks the wrong backend, or a clean-up that went too far. After a change of the number of shards it may show once, without a reason.`,
		},
		{
			alert: "RegistryTLSExpiring",
			expr: `${end} - time() < ${t.tlsRemaining}`,
			for: t.tlsFor,
			summary:
				"{{ $labels.instance }}: the certificate ends in {{ $value | humanizeDuration }}",
			description:
				"Renewal did not happen. From its end on no client pulls or pushes, and the probe is blind (tls).",
		},
	];
	return tagsPerRepo === 0
		? all
		: all.filter(({ alert }) => alert !== "RegistryIntegrityCoverageLow");
}

function indent(text: string): string {
	return text.replaceAll(/^/gm, "  ");
}
