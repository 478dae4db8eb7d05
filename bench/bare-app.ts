import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";

/** Program: the smallest CDKTF app that does anything, a stack with one resource. */
const app = new App();
const stack = new TerraformStack(app, "bare");
new LocalBackend(stack, { path: "bare.tfstate" });
new KubernetesProvider(stack, "kubernetes");
new ConfigMapV1(stack, "only", {
	metadata: { name: "only" },
	data: { key: "value" },
});
app.synth();
