import { TerraformElement, type TerraformProvider } from "cdktf";
import type { Construct } from "constructs";
import { late } from "./late";
import { literal } from "./literal";

const TYPE = "vault_kv_secret_v2";

/** Which secret of Vault is read. */
export interface EphemeralVaultSecretProps {
	readonly mount: string;
	/** Path below the mount. */
	readonly name: string;
	/** @default - the stack's own vault provider */
	readonly provider?: TerraformProvider;
}

/**
 * A kv v2 secret that Terraform (>= 1.11) reads while it plans and applies and writes neither to state nor to a plan.
 * cdktf 0.21 knows no ephemeral resources, so this element renders the block itself; its values fit only where
 * Terraform takes ephemeral ones, such as `data_wo` of a Secret.
 */
export class EphemeralVaultSecret extends TerraformElement {
	readonly #props: EphemeralVaultSecretProps;

	constructor(scope: Construct, id: string, props: EphemeralVaultSecretProps) {
		super(scope, id, `ephemeral.${TYPE}`);
		this.#props = {
			...props,
			mount: literal(props.mount, "mount"),
			name: literal(props.name, "name"),
		};
	}

	/** A reference to one key. */
	get(key: string): string {
		const index = literal(JSON.stringify(key), "key");
		return late(
			() => `\${ephemeral.${TYPE}.${this.friendlyUniqueId}.data[${index}]}`,
		);
	}

	override toTerraform(): object {
		const { mount, name, provider } = this.#props;
		const block = {
			mount,
			name,
			...(provider && { provider: provider.fqn }),
			...this.rawOverrides,
		};
		return { ephemeral: { [TYPE]: { [this.friendlyUniqueId]: block } } };
	}
}
