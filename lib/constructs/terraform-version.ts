import { Lazy, type TerraformStack } from "cdktf";
import { EphemeralVaultSecret } from "./ephemeral-vault-secret";

/** Ephemeral values and write-only arguments came with Terraform 1.11. */
const EPHEMERAL = ">= 1.11";
/** The last Terraform under the MPL, which many still run. */
const PLAIN = ">= 1.5.7";

/**
 * Sets the Terraform version that a stack really needs, whatever is added to it later.
 *
 * @param floor what it needs without ephemeral values.
 */
export function requireTerraform(stack: TerraformStack, floor = PLAIN): void {
	const hasEphemeral = () =>
		stack.node.findAll().some((node) => node instanceof EphemeralVaultSecret);
	stack.addOverride(
		"terraform.required_version",
		Lazy.stringValue({ produce: () => (hasEphemeral() ? EPHEMERAL : floor) }),
	);
}
