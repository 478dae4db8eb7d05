import { hostname } from "node:os";
import type { ScanConfig } from "../config";
import { type ExitCode, TEXT_FINDING_LIMIT } from "../contract";
import { readEarlier } from "../earlier-values";
import { exitCodeOf } from "../exit-code";
import type { Io } from "../io";
import { printable, printableJson } from "../printable";
import { showProgress } from "../progress";
import { reportOf } from "../report";
import { UsageError } from "../usage-error";
import { TEXTFILE, writeReport, writeText } from "../write-report";
import { diagnose } from "./diagnosis";
import { findStores } from "./find-stores";
import { scan } from "./scan";
import { renderScanMetrics } from "./scan-metrics";
import type { ScanFinding, ScanResult } from "./scan-result";
import { renderScanText } from "./scan-text";

/** `guard scan`: look, write for node_exporter, tell. */
export async function runScan(config: ScanConfig, io: Io): Promise<ExitCode> {
	const { base, instance, full, cache, layerLinks, httpReport } = config;
	const started = io.now();
	if (httpReport) assertOneStore(config);
	const progress = showProgress(io);
	const result = await scan({
		base,
		full,
		cache,
		layerLinks,
		stop: io.stop,
		startThread: io.startThread,
		log: (line) => io.log(printable(line)),
		onProgress: progress.show,
	}).finally(progress.clear);
	logOrphanIndexes(result.findings, io);
	const mode = full ? "full" : "head";
	const diagnoses = httpReport && diagnose({ mode, ...result }, httpReport);
	const report = reportOf(
		{
			version: io.version,
			command: "scan",
			registry: null,
			instance: instance ?? hostname(),
			mode,
			started,
			finished: io.now(),
			pushed: null,
		},
		diagnoses ? { ...result, diagnoses } : result,
	);
	io.out(
		config.output === "json"
			? printableJson(report)
			: renderScanText(base, result, diagnoses),
	);
	const written = [
		writeReport(config.report, report, io),
		writeMetrics(config.textfile, result, io),
	];
	return exitCodeOf({
		isUnpublished: written.includes(false),
		findings: report.findings.length,
		outcome: report.outcome,
		exitZero: false,
	});
}

/** @throws UsageError where several registries would be scanned: the probe's report is about one. */
function assertOneStore({ base, cache }: ScanConfig): void {
	const { stores } = findStores(base, cache);
	if (stores.length > 1)
		throw new UsageError([
			{
				what: `--http-report: ${base} holds ${stores.length} stores`,
				wanted: "the store of the registry that was probed",
				next: `name it as BASE: ${stores[0]?.path}`,
			},
		]);
}

/** The words that people grep the journal for: an index that answers, over children that do not. */
function logOrphanIndexes(findings: readonly ScanFinding[], io: Io): void {
	const orphans = findings.filter(
		({ path, kind }) =>
			path.at(-2)?.kind === "index" && kind !== "config" && kind !== "layer",
	);
	for (const each of orphans.slice(0, TEXT_FINDING_LIMIT)) {
		const { store, repository, tags, path, kind, digest, reason } = each;
		io.log(
			printable(
				`ORPHAN INDEX ${store}: ${repository}:${tags[0]} ${path.at(-2)?.digest}: ${kind} ${digest} ${reason}`,
			),
		);
	}
	const left = orphans.length - TEXT_FINDING_LIMIT;
	if (left > 0) io.log(`ORPHAN INDEX: and ${left} more`);
}

function writeMetrics(
	path: string | undefined,
	result: ScanResult,
	io: Io,
): boolean {
	if (path === undefined) return true;
	const now = Math.floor(io.now() / 1000);
	const text = renderScanMetrics(result, readEarlier(path, io), now);
	return writeText(TEXTFILE, path, text, io);
}
