const POD = "spec[0].job_template[0].spec[0].template[0].spec[0]";

/** What a known mutating webhook adds to a CronJob, as paths of `ignore_changes`. */
const MUTATIONS = {
	// KYVERNO_LIFECYCLE_V1: its policy adds dnsConfig to every pod template
	kyverno: [`${POD}.dns_config`],
} as const satisfies Record<string, readonly string[]>;
/** A mutating webhook whose changes are known. */
export type Mutation = keyof typeof MUTATIONS;

/** @throws Error for a webhook that is not known. */
export function ignoredChanges(webhooks: readonly Mutation[]): string[] {
	return webhooks.flatMap((webhook) => {
		if (!Object.hasOwn(MUTATIONS, webhook)) {
			throw new Error(
				`ignoreMutations: got ${JSON.stringify(webhook)}, wanted one of ${Object.keys(MUTATIONS).join(", ")}`,
			);
		}
		return MUTATIONS[webhook];
	});
}
