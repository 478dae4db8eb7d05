import { SECRET_KEYS } from "../guard/contract";
import type { Registry, VaultCredentials } from "../registry";
import { labelsOf } from "./labels";
import { literal } from "./literal";

/** A store of the External Secrets operator. */
export interface SecretStoreRef {
	readonly name: string;
	/** @default "ClusterSecretStore" */
	readonly kind?: "ClusterSecretStore" | "SecretStore";
}

/** The ExternalSecret (external-secrets.io/v1) that makes a registry's Secret. */
export function externalSecretManifest(
	props: {
		readonly registry: Registry;
		readonly secretName: string;
		readonly namespace: string;
		readonly tier?: string;
		readonly secretStoreRef?: SecretStoreRef;
		readonly refreshInterval?: string;
	},
	{ name, user, userKey, passwordKey }: VaultCredentials,
): Record<string, unknown> {
	const { registry, namespace, refreshInterval = "1h" } = props;
	const entry = (secretKey: string, property: string) => ({
		secretKey,
		remoteRef: { key: name, property },
	});
	const spec = {
		refreshInterval,
		secretStoreRef: { kind: "ClusterSecretStore", ...props.secretStoreRef },
		target: {
			name: props.secretName,
			creationPolicy: "Owner",
			// a template replaces the data, so it names both keys
			...(user !== undefined && {
				template: {
					engineVersion: "v2",
					data: {
						[SECRET_KEYS.user]: `{{ ${JSON.stringify(user)} }}`,
						[SECRET_KEYS.password]: `{{ .${SECRET_KEYS.password} }}`,
					},
				},
			}),
		},
		data: [
			...(userKey === undefined ? [] : [entry(SECRET_KEYS.user, userKey)]),
			entry(SECRET_KEYS.password, passwordKey),
		],
	};
	return {
		apiVersion: "external-secrets.io/v1",
		kind: "ExternalSecret",
		metadata: {
			name: props.secretName,
			namespace,
			labels: labelsOf(registry, props.tier),
		},
		spec: literal(spec, "externalSecret.spec"),
	};
}
