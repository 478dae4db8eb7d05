import { readAccess, readHosts } from "./access";
import type { ProbeConfig } from "./config";
import { DEFAULT_JOB } from "./contract";
import { readCredentials } from "./credentials";
import type { Inputs } from "./inputs";
import { readOutput } from "./output";
import { readJob, readPushUrl } from "./push-input";
import { readInstance, requireRegistry } from "./registry-input";
import { readShard } from "./shard-input";
import { readWalk } from "./walk-input";

const DEFAULT_WINDOW = 15 * 60_000;
const REPOSITORY_GLOB = /^[a-z0-9*][a-z0-9*._/-]*$/;

export function parseProbeConfig(inputs: Inputs): ProbeConfig | undefined {
	inputs.refuseOperandsAfter(1);
	const registry = requireRegistry(inputs);
	const own = readCredentials(inputs);
	const host = registry?.host ?? "";
	const pullHosts = readHosts(inputs, "pullHosts");
	const repos = readGlobs(inputs);
	const url = readPushUrl(inputs);
	const push = inputs.given("push");
	if (push && inputs.given("repo"))
		inputs.refuse(
			`${inputs.given("repo")?.source} and ${push.source}: both are set`,
			"one of them: a part of the registry must not be published as the whole",
			push.source.startsWith("--")
				? `leave out ${push.source}`
				: `unset ${push.source}`,
		);
	const seconds = inputs.integer("scheduleSeconds", 1, 31_536_000);
	const config = {
		...readAccess(inputs, own, host, [host]),
		...readWalk(inputs, "tail"),
		command: "probe",
		instance: readInstance(inputs, registry),
		pullHosts: pullHosts.length > 0 ? pullHosts : [host],
		fullRotation: inputs.integer("fullRotation", 0) ?? 0,
		tagsPerRepo: inputs.integer("tagsPerRepo", 0) ?? 0,
		repos,
		shard: readShard(inputs),
		windowLength:
			inputs.duration("windowLength") ??
			(seconds === undefined ? DEFAULT_WINDOW : seconds * 1000),
		minRepositories: inputs.integer("minRepositories", 0) ?? 1,
		cluster: readCluster(inputs),
		push: url ? { url, job: readJob(inputs, DEFAULT_JOB) } : undefined,
		output: readOutput(inputs),
	} as const;
	return registry && { ...config, registry };
}

function readGlobs(inputs: Inputs): readonly string[] {
	return inputs.list("repo").map((given) => {
		if (!REPOSITORY_GLOB.test(given.text))
			inputs.refuseValue(
				given,
				"a glob over repository names: a-z, 0-9, . _ - / and * or **",
				"write it as the catalog does: lower case, no host, no tag ('infra/*', '**')",
			);
		return given.text;
	});
}

function readCluster(inputs: Inputs): ProbeConfig["cluster"] {
	const given = inputs.choice("inUse", ["kubernetes"]);
	if (!given) return undefined;
	const { host, port } = inputs.kubernetes();
	if (host && port) return { host, port };
	inputs.refuse(
		`${inputs.given("inUse")?.source}: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set`,
		"to run in a pod with a service account token",
		"leave it out outside of the cluster",
	);
	return undefined;
}
