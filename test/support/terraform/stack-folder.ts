import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { requireTerraform } from "../../../lib/constructs/terraform-version";

/** A synthesized stack on disk, for Terraform to read. */
export interface StackFolder {
	readonly path: string;
	/** Synthesizes something else of the same types into the same folder, beside the state of before. */
	again(fill: (stack: TerraformStack) => void): void;
	remove(): void;
}

/** Synthesizes a stack with both providers and its state beside it, as `cdktf synth` would. */
export function stackFolder(
	fill: (stack: TerraformStack) => void,
): StackFolder {
	const outdir = mkdtempSync(join(tmpdir(), "stack-"));
	const again = (fillAgain: typeof fill) => {
		const app = new App({ outdir });
		const stack = new TerraformStack(app, "proof");
		new LocalBackend(stack, { path: "terraform.tfstate" });
		requireTerraform(stack);
		new KubernetesProvider(stack, "kubernetes");
		new VaultProvider(stack, "vault", {
			address: "http://127.0.0.1:8200",
			token: "none",
		});
		fillAgain(stack);
		app.synth();
	};
	again(fill);
	return {
		path: join(outdir, "stacks/proof"),
		again,
		remove: () => rmSync(outdir, { recursive: true, force: true }),
	};
}
