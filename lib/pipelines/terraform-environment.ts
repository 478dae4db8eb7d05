import type { Value } from "../woodpecker/workflow";
import type { Pipelines } from "./pipelines";

/** What the guard leaves in the workspace for the notification. */
export const REPORT_FILE = ".ci-report";

/** What `ci/apply` and `ci/drift-detection` are told (`ci/lib/terraform`); credentials come from Vault, by the pod's own token. */
export function terraformEnvironment({
	roots,
	parallel,
	vaultAddress,
	vaultRole,
	pushgateway,
	synth,
}: Pipelines): Readonly<Record<string, Value>> {
	return {
		ROOTS: roots.join(" "),
		PARALLEL: String(parallel),
		REPORT: REPORT_FILE,
		...(synth !== undefined && { SYNTH: synth }),
		VAULT_ADDR: vaultAddress,
		VAULT_ROLE: vaultRole,
		...(pushgateway !== undefined && { PUSHGATEWAY: pushgateway }),
	};
}
