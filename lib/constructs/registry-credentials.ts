import { Manifest } from "@cdktf/provider-kubernetes/lib/manifest";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { DataVaultKvSecretV2 } from "@cdktf/provider-vault/lib/data-vault-kv-secret-v2";
import { Annotations, type TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { SECRET_KEYS } from "../guard/contract";
import type { Registry, VaultCredentials } from "../registry";
import { EphemeralVaultSecret } from "./ephemeral-vault-secret";
import {
	externalSecretManifest,
	type SecretStoreRef,
} from "./external-secret-manifest";
import { labelsOf } from "./labels";
import { late } from "./late";
import { literal } from "./literal";
import { metaArguments, type Placement } from "./placement";

export const CREDENTIALS_MODES = [
	"ephemeral",
	"data",
	"external-secret",
	"existing",
] as const;
/**
 * Who writes the Secret. `ephemeral`: Terraform >= 1.11, the password is never in state or plan. `data`: any Terraform,
 * the password is in state in clear. `external-secret`: the External Secrets operator, which also rotates it; where its CRD
 * is absent the stack cannot be planned.
 * `existing`: somebody else.
 */
export type CredentialsMode = (typeof CREDENTIALS_MODES)[number];

/** Whose Secret it is, and who writes it. */
export interface RegistryCredentialsProps extends Placement {
	readonly registry: Registry;
	/** @default "ephemeral" */
	readonly mode?: CredentialsMode;
	/** Name of the Secret; with `existing` that of somebody else's. @default - the model's `secretName` */
	readonly secretName?: string;
	/**
	 * Raise it by one after the value in Vault has changed: Terraform cannot see the change of a value that it does not
	 * keep. Integer >= 1, only with `ephemeral`.
	 * @default 1
	 */
	readonly revision?: number;
	/** Required with `external-secret`, whose store's `path` is the mount of the model's `vault`. */
	readonly secretStoreRef?: SecretStoreRef;
	/** How often the operator asks Vault, as a Go duration; only with `external-secret`. @default "1h" */
	readonly refreshInterval?: string;
	/** Fields of the ExternalSecret that the cluster may change; only with `external-secret`. @default - the provider's: labels and annotations */
	readonly computedFields?: readonly string[];
	/** @default - the stack's own vault provider */
	readonly vaultProvider?: TerraformProvider;
}

/** The Secret that a registry's probe logs in with (keys REG_USER and REG_PASS). A registry without `vault` has none, except with `existing`. */
export class RegistryCredentials extends Construct {
	readonly mode: CredentialsMode;
	/** Name of the Secret; undefined: the registry is read anonymously. */
	readonly secretName?: string;
	readonly secret?: SecretV1;
	readonly ephemeral?: EphemeralVaultSecret;
	readonly data?: DataVaultKvSecretV2;
	readonly externalSecret?: Manifest;

	/** @throws Error for a prop that the mode does not know or lacks. */
	constructor(scope: Construct, id: string, props: RegistryCredentialsProps) {
		super(scope, id);
		const { registry, mode = "ephemeral", revision = 1 } = props;
		const { secretName = registry.secretName } = props;
		validate(props, mode, revision);
		this.mode = mode;
		const { vault } = registry;
		if (!vault && mode !== "existing") return;
		this.secretName = secretName;
		if (!vault || mode === "existing") return;

		const meta = metaArguments(props);
		if (mode === "external-secret") {
			this.externalSecret = new Manifest(this, "external-secret", {
				...meta,
				manifest: externalSecretManifest({ ...props, secretName }, vault),
				...(props.computedFields && {
					computedFields: [...props.computedFields],
				}),
			});
			return;
		}

		const metadata = {
			name: secretName,
			namespace: props.namespace,
			labels: labelsOf(registry, props.tier),
		};
		const source = {
			mount: vault.mount ?? "secret",
			name: vault.name,
			provider: props.vaultProvider,
		};
		if (mode === "ephemeral") {
			this.ephemeral = new EphemeralVaultSecret(this, "vault", source);
			const read = this.ephemeral;
			this.secret = new SecretV1(this, "secret", {
				...meta,
				metadata,
				dataWo: secretData(vault, (key) => read.get(key)),
				dataWoRevision: revision,
			});
			return;
		}
		this.data = new DataVaultKvSecretV2(this, "vault", {
			...source,
			mount: literal(source.mount, "registry.vault.mount"),
			name: literal(source.name, "registry.vault.name"),
		});
		const read = this.data.data;
		this.secret = new SecretV1(this, "secret", {
			...meta,
			metadata,
			data: secretData(vault, (key) => late(() => read.lookup(key))),
		});
		Annotations.of(this).addWarning(
			`the password of ${registry.instance} will be in Terraform's state in clear, twice; mode "ephemeral" or "external-secret" keeps it out`,
		);
	}
}

function secretData(
	{ user, userKey, passwordKey }: VaultCredentials,
	read: (key: string) => string,
): Record<string, string> {
	return {
		[SECRET_KEYS.user]:
			user === undefined
				? read(userKey as string)
				: literal(user, "registry.vault.user"),
		[SECRET_KEYS.password]: read(passwordKey),
	};
}

function validate(
	props: RegistryCredentialsProps,
	mode: CredentialsMode,
	revision: number,
): void {
	if (!CREDENTIALS_MODES.includes(mode)) {
		throw new Error(
			`mode: got ${JSON.stringify(mode)}, wanted one of ${CREDENTIALS_MODES.join(", ")}`,
		);
	}
	if (!Number.isSafeInteger(revision) || revision < 1) {
		throw new Error(`revision: got ${revision}, wanted an integer from 1`);
	}
	const owners = {
		revision: "ephemeral",
		secretStoreRef: "external-secret",
		refreshInterval: "external-secret",
		computedFields: "external-secret",
	} as const;
	for (const [prop, owner] of Object.entries(owners)) {
		if (props[prop as keyof typeof owners] !== undefined && mode !== owner) {
			throw new Error(
				`${prop}: got it with mode ${JSON.stringify(mode)}, wanted it only with ${JSON.stringify(owner)}`,
			);
		}
	}
	if (mode === "external-secret" && !props.secretStoreRef) {
		throw new Error(
			'secretStoreRef: got nothing, wanted the store that mode "external-secret" reads from',
		);
	}
}
