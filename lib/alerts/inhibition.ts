import type { AlertName } from "./alert";

/** An Alertmanager inhibition rule, as data. */
export interface InhibitRule {
	readonly source_matchers: readonly string[];
	readonly target_matchers: readonly string[];
	readonly equal: readonly string[];
}

const SOURCE: AlertName = "RegistryCatalogInaccessible";

/**
 * What says nothing new while the catalog cannot be read. Never Stale and NeverRan: that nothing is probed is another
 * fault, and the one to mend first.
 */
const TARGETS: readonly AlertName[] = [
	"RegistryManifestIntegrityFailure",
	"RegistryIntegrityProbeInconclusive",
	"RegistryIntegrityCoverageLow",
	"RegistryCatalogShrank",
	"RegistryIntegrityNotCompleting",
];

/** For Alertmanager's `inhibit_rules`: an unreadable catalog silences what follows from it, of its own instance. */
export function inhibitRules(): InhibitRule[] {
	return [
		{
			source_matchers: [`alertname="${SOURCE}"`],
			target_matchers: [`alertname=~"${TARGETS.join("|")}"`],
			equal: ["instance"],
		},
	];
}
