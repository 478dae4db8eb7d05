import type { ForgetConfig } from "./config";
import { EXIT, type ExitCode } from "./contract";
import { errorText } from "./error-text";
import type { Io } from "./io";
import { printableJson } from "./printable";
import { GROUP_METRIC, type GroupLabels, labelsText } from "./push-group";
import { Pushgateway } from "./pushgateway";
import { asText, countText } from "./text";

const MOST_INSTANCES = 20;

/**
 * `guard forget`: deletes every Pushgateway group of an instance, of all shards and, without a job, of all jobs. An
 * instance that is not there is forgotten already: exit 0.
 */
export async function runForget(
	config: ForgetConfig,
	io: Io,
): Promise<ExitCode> {
	const { instance, job, push, ca, dryRun } = config;
	const pushgateway = new Pushgateway({ url: push, ca });
	const groups: GroupLabels[] = [];
	const deleted: GroupLabels[] = [];
	const others = new Set<string>();
	let failure: string | undefined;
	try {
		await pushgateway.read(({ name, labels }) => {
			if (name !== GROUP_METRIC) return;
			if (labels.instance !== instance) others.add(labels.instance ?? "");
			else if (job === undefined || labels.job === job) groups.push(labels);
		});
		for (const group of dryRun ? [] : groups) {
			await pushgateway.delete(group);
			deleted.push(group);
		}
	} catch (error) {
		failure = errorText(error);
		io.log(failure);
	}
	if (config.output === "json") {
		const { version } = io;
		const what = { instance, job: job ?? null, dryRun, groups, deleted };
		io.out(printableJson({ schema: 1, version, command: "forget", ...what }));
	} else if (groups.length > 0) {
		const verb = dryRun ? "would delete" : "deleted";
		const done = dryRun ? groups : deleted;
		const of = failure === undefined ? "" : ` of ${groups.length}`;
		io.out(
			asText([
				...done.map((each) => `${verb}  ${labelsText(each)}`),
				`${instance}: ${verb} ${countText(done.length, "group")}${of}`,
			]),
		);
	} else if (failure === undefined) {
		const known = [...others].filter(Boolean).sort().slice(0, MOST_INSTANCES);
		const ofJob = job === undefined ? "" : ` of job ${job}`;
		io.out(
			asText([
				`${instance}: no group${ofJob}, nothing to forget`,
				...(known.length > 0 ? [`there are: ${known.join(", ")}`] : []),
			]),
		);
	}
	return failure === undefined ? EXIT.clean : EXIT.couldNotLook;
}
