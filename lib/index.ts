// The public surface: every export is listed by hand.

export { EphemeralVaultSecret } from "./constructs/ephemeral-vault-secret";
export type { SecretStoreRef } from "./constructs/external-secret-manifest";
export type { InUseAccess } from "./constructs/in-use-access";
export {
	type AlertCarrier,
	IntegrityAlerts,
	type IntegrityAlertsProps,
} from "./constructs/integrity-alerts";
export { IntegrityProbe } from "./constructs/integrity-probe";
export { literal } from "./constructs/literal";
export type { Mutation } from "./constructs/mutations";
export type { Placement } from "./constructs/placement";
export type {
	ApiServer,
	IntegrityProbeProps,
	Pushgateway,
	Resources,
} from "./constructs/probe-props";
export { Registry, type RegistryProps } from "./constructs/registry";
export {
	type CredentialsMode,
	RegistryCredentials,
	type RegistryCredentialsProps,
} from "./constructs/registry-credentials";
export { requireTerraform } from "./constructs/terraform-version";
export { assertPinned, type ImagePin, imageOf, PINS } from "./pins";
export {
	type MetricsTarget,
	type PodPeer,
	type RealmHost,
	type Registry as RegistryModel,
	type RegistryKind,
	type RegistryProps as RegistryModelProps,
	registry,
	type VaultCredentials,
} from "./registry";
