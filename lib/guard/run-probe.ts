import type { ProbeConfig } from "./config";
import type { ExitCode } from "./contract";
import { errorText } from "./error-text";
import { exitCodeOf } from "./exit-code";
import { renderExposition } from "./exposition";
import { listImagesInUse, parseClusterApi } from "./in-use";
import type { Io } from "./io";
import { familiesOf, metricsOf } from "./metrics";
import { openClient } from "./open-client";
import { ownGroup, type PreviousRun, readPreviousRun } from "./previous-run";
import { printable, printableJson } from "./printable";
import { probe } from "./probe";
import { showProgress } from "./progress";
import { type Publication, planPublication } from "./publication";
import { labelsText } from "./push-group";
import { Pushgateway } from "./pushgateway";
import { reportOf, secondsOf } from "./report";
import { renderProbeText } from "./text";
import { writeReport } from "./write-report";

/** Milliseconds that the Pushgateway may take for one exchange. */
const MOST_PATIENCE = 10_000;

/** `guard probe`: read back what earlier runs found, walk, publish, tell. */
export async function runProbe(config: ProbeConfig, io: Io): Promise<ExitCode> {
	const { registry, instance, shard, mode, pullHosts, push, exitZero } = config;
	const started = io.now();
	const deadline = started + config.deadline;
	const pushgateway =
		push &&
		new Pushgateway({
			url: push.url,
			ca: config.ca,
			// a short look must not be spent on waiting for the Pushgateway
			patience: Math.min(MOST_PATIENCE, Math.max(1000, config.deadline / 10)),
		});
	const [previous, inUse] = await Promise.all([
		readBack(config, pushgateway, io),
		askCluster(config, deadline, io),
	]);
	const client = openClient(
		registry,
		config,
		{ deadline, concurrency: config.concurrency },
		io,
	);
	const progress = showProgress(io);
	const result = await probe({
		...config,
		client,
		expectChallenge: config.credentialsFor(registry.host) !== undefined,
		window: Math.floor(started / config.windowLength),
		deadline,
		stop: io.stop,
		inUse,
		revisit: previous?.revisit ?? [],
		onProgress: progress.show,
	}).finally(() => {
		progress.clear();
		client.close();
	});
	const finished = io.now();
	const { throttled, tlsNotAfter } = client.stats;
	const [pullHost = registry.host] = pullHosts;
	const publication = planPublication(
		result.outcome,
		metricsOf({
			result,
			throttled,
			tlsNotAfter,
			finished,
			durationSeconds: secondsOf({ started, finished }),
			version: io.version,
			pullHost,
		}),
		result.broken,
		pullHost,
		pushgateway ? previous?.own : {},
	);
	const exposition = renderExposition(familiesOf(publication.published));
	const pushed =
		pushgateway && push
			? await publish(
					pushgateway,
					ownGroup(push.job, instance, shard),
					publication.method,
					exposition,
					previous?.retired ?? [],
					io,
				)
			: null;
	const report = reportOf(
		{
			version: io.version,
			command: "probe",
			registry: registry.origin,
			instance,
			mode,
			started,
			finished,
			pushed,
		},
		result,
	);
	io.out(
		{
			text: () => renderProbeText(report, result.inconclusiveCounts),
			json: () => printableJson(report),
			metrics: () => exposition,
		}[config.output](),
	);
	const isWritten = writeReport(config.report, report, io);
	return exitCodeOf({
		isUnpublished: pushed === false || !isWritten,
		findings: report.findings.length,
		outcome: report.outcome,
		exitZero,
	});
}

/** What earlier runs found; undefined where nobody pushes, or where it could not be read (the log says so). */
async function readBack(
	{ push, instance, shard }: ProbeConfig,
	pushgateway: Pushgateway | undefined,
	io: Io,
): Promise<PreviousRun | undefined> {
	if (!push || !pushgateway) return undefined;
	try {
		return await readPreviousRun(pushgateway, push.job, instance, shard);
	} catch (error) {
		io.log(
			`${errorText(error)}; what earlier runs found is not looked at again`,
		);
		return undefined;
	}
}

async function askCluster(
	{ cluster }: ProbeConfig,
	deadline: number,
	io: Io,
): Promise<ReadonlySet<string> | undefined> {
	if (!cluster) return undefined;
	try {
		const api = parseClusterApi(cluster.host, cluster.port);
		const answer = await listImagesInUse(api, deadline);
		if ("images" in answer) return answer.images;
		io.log(printable(`in-use: ${answer.failure}; in_use is unknown`));
	} catch (error) {
		io.log(`${errorText(error)}; in_use is unknown`);
	}
	return undefined;
}

async function publish(
	pushgateway: Pushgateway,
	group: Readonly<Record<string, string>>,
	method: Publication["method"],
	exposition: string,
	retired: PreviousRun["retired"],
	io: Io,
): Promise<boolean> {
	try {
		if (method === "PUT") await pushgateway.put(group, exposition);
		else await pushgateway.post(group, exposition);
		for (const each of retired) {
			await pushgateway.delete(each);
			io.log(`pushgateway: deleted the group ${labelsText(each)}`);
		}
		return true;
	} catch (error) {
		io.log(errorText(error));
		return false;
	}
}
