import type { LayoutRow } from "./layout";
import { now, overTime, series } from "./query";
import { statPanel } from "./stat-panel";
import { tablePanel } from "./table-panel";
import { timeSeriesPanel } from "./time-series-panel";

const DAY = 86_400;

/** From the question that comes first at night to the one that comes last. */
export function integrityRows(freshFor: number): LayoutRow[] {
	return [
		{ height: 5, panels: freshness(freshFor) },
		{ height: 9, panels: [brokenTags()] },
		{ height: 5, panels: details() },
		{ height: 8, panels: failures() },
		{ height: 8, panels: sight() },
		{ height: 8, panels: effort() },
		{ height: 8, panels: load() },
	];
}

function freshness(freshFor: number) {
	const steps = [
		[null, "green"],
		[freshFor, "orange"],
		[4 * freshFor, "red"],
	] as const;
	const age = (metric: "lastRun" | "lastSuccess") => [
		now(`time() - min by (instance) (${series(metric)})`, "{{instance}}"),
	];
	return [
		statPanel({
			title: "Last run",
			description:
				"How long ago the probe ran, whatever it saw; of several shards the one that is longest ago. All other panels are as old as this.",
			targets: age("lastRun"),
			unit: "s",
			steps,
			noValue: "never",
		}),
		statPanel({
			title: "Last complete run",
			description: "How long ago the probe last saw everything.",
			targets: age("lastSuccess"),
			unit: "s",
			steps,
			noValue: "never",
		}),
		statPanel({
			title: "Catalog",
			description: "Whether the last run could list the repositories.",
			targets: [
				now(
					`min by (instance) (${series("catalogAccessible")})`,
					"{{instance}}",
				),
			],
			steps: [
				[null, "red"],
				[1, "green"],
			],
			mappings: [
				{
					type: "value",
					options: {
						"0": { text: "cannot be read", index: 0 },
						"1": { text: "readable", index: 1 },
					},
				},
			],
		}),
		statPanel({
			title: "Broken tags",
			description:
				"Tags with a finding. A run that cannot look keeps the last known number.",
			targets: [
				now(`sum by (instance) (${series("failures")})`, "{{instance}}"),
			],
			steps: [
				[null, "green"],
				[1, "red"],
			],
		}),
	];
}

function brokenTags() {
	const labels = "instance, repository, tag, reason, in_use, image";
	return tablePanel({
		title: "What is broken",
		description:
			"What to repair, in use first. The runbook of RegistryManifestIntegrityFailure says how, by reason.",
		target: now(`max by (${labels}) (${series("brokenTagInfo")})`, ""),
		columns: {
			instance: "Registry",
			repository: "Repository",
			tag: "Tag",
			reason: "Reason",
			in_use: "In use",
			image: "Image",
		},
		sortBy: "in_use",
	});
}

function details() {
	return [
		statPanel({
			title: "Broken tags left out of the table",
			description: "The probe names at most 50 broken tags.",
			targets: [
				now(
					`sum by (instance) (${series("brokenTagsTruncated")})`,
					"{{instance}}",
				),
			],
			steps: [
				[null, "text"],
				[1, "red"],
			],
		}),
		statPanel({
			title: "Why the catalog cannot be read",
			description: "The reason that the last run gave.",
			targets: [
				// a partial run cannot take an older reason away
				now(
					`max by (instance, reason) (${series("catalogErrorInfo")}) and on (instance) min by (instance) (${series("catalogAccessible")}) == 0`,
					"{{instance}}: {{reason}}",
				),
			],
			isName: true,
			noValue: "no reason",
		}),
		statPanel({
			title: "Certificate ends in",
			description: "Time left of the registry's TLS certificate.",
			targets: [
				now(
					`min by (instance) (${series("tlsNotAfter")}) - time()`,
					"{{instance}}",
				),
			],
			unit: "s",
			steps: [
				[null, "red"],
				[14 * DAY, "green"],
			],
			noValue: "no TLS",
		}),
		statPanel({
			title: "Guard",
			description: "Version of the probe.",
			targets: [
				now(
					`max by (instance, version) (${series("probeInfo")})`,
					"{{instance}}: {{version}}",
				),
			],
			isName: true,
		}),
	];
}

function failures() {
	return [
		timeSeriesPanel({
			title: "Broken tags over time",
			description: "Tags with a finding.",
			targets: [
				overTime(`sum by (instance) (${series("failures")})`, "{{instance}}"),
			],
			min: 0,
		}),
		timeSeriesPanel({
			title: "Broken nodes by reason and kind",
			description: "One broken node, a shared layer say, can break many tags.",
			targets: [
				overTime(
					`sum by (instance, reason, kind) (${series("brokenNodes")}) > 0`,
					"{{instance}}: {{kind}} {{reason}}",
				),
			],
			min: 0,
			isStacked: true,
		}),
	];
}

function sight() {
	return [
		timeSeriesPanel({
			title: "Inconclusive by reason",
			description:
				"What could not be looked at: neither broken nor whole as far as anybody knows.",
			targets: [
				overTime(
					`sum by (instance, reason) (${series("inconclusive")}) > 0`,
					"{{instance}}: {{reason}}",
				),
			],
			min: 0,
			isStacked: true,
		}),
		timeSeriesPanel({
			title: "Coverage",
			description: "Visited tags of all listed tags.",
			targets: [
				overTime(
					`min by (instance) (${series("coverageRatio")})`,
					"{{instance}}",
				),
			],
			unit: "percentunit",
			min: 0,
			max: 1,
		}),
	];
}

function effort() {
	const sum = (
		metric:
			| "repositories"
			| "reposChecked"
			| "tagsChecked"
			| "indexesChecked"
			| "blobsChecked",
		what: string,
	) =>
		overTime(`sum by (instance) (${series(metric)})`, `{{instance}}: ${what}`);
	return [
		timeSeriesPanel({
			title: "Run time",
			description: "Of several shards the slowest.",
			targets: [
				overTime(
					`max by (instance) (${series("runDuration")})`,
					"{{instance}}",
				),
			],
			unit: "s",
			min: 0,
		}),
		timeSeriesPanel({
			title: "What a run looks at",
			description: "A sudden drop means a lost volume or the wrong backend.",
			targets: [
				sum("repositories", "repositories in the catalog"),
				sum("reposChecked", "repositories"),
				sum("tagsChecked", "tags"),
				sum("indexesChecked", "indexes"),
				sum("blobsChecked", "blobs"),
			],
			min: 0,
		}),
	];
}

function load() {
	return [
		timeSeriesPanel({
			title: "Requests of a run",
			description:
				"Throttled: answers 429 and 503. Weak: blobs whose last byte the registry does not serve by range.",
			targets: [
				overTime(
					`sum by (instance) (${series("requests")})`,
					"{{instance}}: requests",
				),
				overTime(
					`sum by (instance) (${series("throttled")})`,
					"{{instance}}: throttled",
				),
				overTime(
					`sum by (instance) (${series("weakReads")})`,
					"{{instance}}: weak",
				),
			],
			min: 0,
		}),
		timeSeriesPanel({
			title: "Bytes read and hashed in a run",
			description: "How deep the rotation looks.",
			targets: [
				overTime(
					`sum by (instance) (${series("bytesHashed")})`,
					"{{instance}}",
				),
			],
			unit: "bytes",
			min: 0,
		}),
	];
}
