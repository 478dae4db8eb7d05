import type {
	CronJobV1Spec,
	CronJobV1SpecJobTemplateSpec,
} from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import { NODE_UID } from "../pins";
import { GUARD_MOUNT_PATH, GUARD_PATH } from "./guard-files";
import { labelsOf } from "./labels";
import { literal } from "./literal";
import { probeEnv } from "./probe-env";
import type { ProbeSettings } from "./probe-settings";

const VOLUME = "guard";

/** The CronJob of a probe: the one place that names the fields of its pods. */
export function cronJobSpec(
	settings: ProbeSettings,
	refs: {
		readonly filesName: string;
		readonly filesHash: string;
		readonly hostAliases: { ip: string; hostnames: string[] }[];
		readonly serviceAccountName: string | undefined;
	},
): CronJobV1Spec {
	const { registry, shards, inUse } = settings;
	const { hostAliases: aliases } = refs;
	const labels = labelsOf(registry, settings.tier);
	const user = {
		runAsUser: String(NODE_UID),
		runAsGroup: String(NODE_UID),
		// on the pod AND on the container: the provider writes runAsNonRoot: false into a container that does not say it
		runAsNonRoot: true,
		seccompProfile: { type: "RuntimeDefault" },
	};
	return {
		schedule: settings.schedule,
		timezone: settings.timezone,
		concurrencyPolicy: "Forbid",
		startingDeadlineSeconds: settings.startingDeadlineSeconds,
		successfulJobsHistoryLimit: 3,
		failedJobsHistoryLimit: 3,
		jobTemplate: {
			metadata: { labels },
			spec: {
				activeDeadlineSeconds: settings.activeDeadlineSeconds,
				...retries(shards),
				template: {
					metadata: {
						labels,
						// a run is of these bytes: the plan shows it when they change
						annotations: {
							"cdktf-registry-guard/files-sha256": refs.filesHash,
						},
					},
					spec: {
						restartPolicy: "Never",
						automountServiceAccountToken: inUse,
						serviceAccountName: refs.serviceAccountName,
						// no variables of other Services beside the contract's
						enableServiceLinks: false,
						hostAliases: aliases.length > 0 ? aliases : undefined,
						securityContext: user,
						container: [
							{
								name: "probe",
								image: settings.image,
								imagePullPolicy: "IfNotPresent",
								command: ["node", GUARD_PATH, "probe"],
								env: probeEnv(settings),
								resources: literal(settings.resources, "resources"),
								securityContext: {
									...user,
									privileged: false,
									allowPrivilegeEscalation: false,
									readOnlyRootFilesystem: true,
									capabilities: { drop: ["ALL"] },
								},
								volumeMount: [
									{ name: VOLUME, mountPath: GUARD_MOUNT_PATH, readOnly: true },
								],
							},
						],
						volume: [
							{
								name: VOLUME,
								configMap: { name: refs.filesName, defaultMode: "0444" },
							},
						],
					},
				},
			},
		},
	};
}

/**
 * No retries: they would double the load on a registry in trouble. Of shards each fails alone, counted per index
 * (Kubernetes >= 1.29): with a plain limit of 0 the first one to exit would kill the others before they publish.
 */
function retries(
	shards: number,
): Omit<CronJobV1SpecJobTemplateSpec, "template"> {
	if (shards === 1) return { backoffLimit: 0 };
	return {
		completionMode: "Indexed",
		completions: shards,
		parallelism: shards,
		backoffLimit: shards,
		backoffLimitPerIndex: 0,
		maxFailedIndexes: shards,
	};
}
