import type { CronJobV1SpecJobTemplateSpecTemplateSpecContainerEnv as Env } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import { type OPTIONS, SECRET_KEYS } from "../guard/contract";
import { CA_PATH } from "./guard-files";
import { literal } from "./literal";
import type { ProbeSettings } from "./probe-settings";

type Option = (typeof OPTIONS)[keyof typeof OPTIONS];
/** The variables that the contract leaves to a construct; the compiler sees that none is forgotten or invented. */
type ConstructEnv = Extract<Option, { setBy: "construct" }>["env"];

/** A number is written as text; undefined and false leave the variable out, so that the guard's own default counts. */
type Value = string | number | boolean | undefined;

/** The environment of a probe's container: what the model and the props say, and nothing that the guard knows by itself. */
export function probeEnv(settings: ProbeSettings): Env[] {
	const { registry, secretName, shards, fullRotation, tagsPerRepo } = settings;
	const rotates = fullRotation > 0 || tagsPerRepo > 0;
	const values: Record<Exclude<ConstructEnv, SecretEnv>, Value> = {
		REGISTRY_URL: registry.url,
		REGISTRY_PLAIN_HTTP: registry.plainHttp,
		REGISTRY_INSTANCE: registry.instance,
		REGISTRY_CA_FILE: registry.ca && CA_PATH,
		REGISTRY_REALM_HOSTS: registry.realmHosts.map((r) => r.host).join(","),
		REGISTRY_PULL_HOSTS: registry.pullHosts.join(","),
		PROBE_MODE: settings.mode,
		PROBE_FULL_ROTATION: fullRotation || undefined,
		TAGS_PER_REPO: tagsPerRepo || undefined,
		SHARDS: shards > 1 ? shards : undefined,
		PROBE_CONCURRENCY: settings.concurrency,
		PROBE_DEADLINE: settings.deadline,
		PROBE_SCHEDULE_SECONDS: rotates ? settings.period : undefined,
		MIN_REPOSITORIES: settings.minRepositories,
		PROBE_IN_USE: settings.inUse && "kubernetes",
		PUSHGATEWAY: settings.pushgatewayUrl,
		PUSH_JOB: registry.probeName,
		PROBE_EXIT_ZERO: true,
	};
	const plain = Object.entries(values).flatMap(([name, value]): Env[] =>
		value === undefined || value === false || value === ""
			? []
			: [{ name, value: literal(String(value), name) }],
	);
	if (secretName === undefined) return plain;
	return [
		...plain,
		...Object.values(SECRET_KEYS).map((key) => ({
			name: key,
			valueFrom: { secretKeyRef: { name: secretName, key } },
		})),
	];
}

type SecretEnv = (typeof SECRET_KEYS)[keyof typeof SECRET_KEYS];
