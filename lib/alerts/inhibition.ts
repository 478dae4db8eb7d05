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

/** A collection that lost something failed as well, and one that failed explains why none went through. */
const COLLECTION: readonly (readonly [AlertName, AlertName])[] = [
	["RegistryGCLost", "RegistryGCFailed"],
	["RegistryGCFailed", "RegistryGCStale"],
];

/**
 * For Alertmanager's `inhibit_rules`: an unreadable catalog silences what follows from it, of its own instance; of the
 * alerts on one registry's collection the worst one speaks.
 */
export function inhibitRules(): InhibitRule[] {
	return [
		{
			source_matchers: [`alertname="${SOURCE}"`],
			target_matchers: [`alertname=~"${TARGETS.join("|")}"`],
			equal: ["instance"],
		},
		...COLLECTION.map(([source, target]) => ({
			source_matchers: [`alertname="${source}"`],
			target_matchers: [`alertname="${target}"`],
			equal: ["instance", "registry"],
		})),
	];
}
