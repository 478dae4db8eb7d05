import { rootCertificates } from "node:tls";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import {
	AnnotationMetadataEntryType,
	App,
	TerraformStack,
	Testing,
} from "cdktf";
import type { Construct } from "constructs";
import type { IntegrityProbeProps } from "../../lib/constructs/probe-props";
import { type RegistryProps, registry } from "../../lib/registry";

/** Synthesized Terraform: loose on purpose, the tests say what they expect. */
// biome-ignore lint/suspicious/noExplicitAny: JSON whose shape is what the tests are about
type Json = any;

export class Synthesized {
	/** As Terraform reads it. */
	readonly text: string;
	readonly json: Json;
	/** Of all constructs, warnings only. */
	readonly warnings: readonly string[];

	constructor(stack: TerraformStack) {
		this.text = Testing.synth(stack, true);
		this.json = JSON.parse(this.text);
		this.warnings = stack.node
			.findAll()
			.flatMap(({ node }) => node.metadata)
			.filter(({ type }) => type === AnnotationMetadataEntryType.WARN)
			.map(({ data }) => data as string);
	}

	/** All resources of a type. */
	all(type: string): Json[] {
		return Object.values(this.json.resource?.[type] ?? {});
	}

	/** The resource of a type. @throws Error if it is not exactly one. */
	only(type: string): Json {
		const found = this.all(type);
		if (found.length !== 1) throw new Error(`${type}: ${found.length}`);
		return found[0];
	}

	types(): string[] {
		return Object.keys(this.json.resource ?? {});
	}
}

/** A stack with a cluster's provider and whatever is put into it. */
export function synthesize(fill: (stack: TerraformStack) => void): Synthesized {
	const stack = newStack();
	fill(stack);
	return new Synthesized(stack);
}

export function newStack(scope: Construct = new App()): TerraformStack {
	const stack = new TerraformStack(scope, "test");
	new KubernetesProvider(stack, "kubernetes");
	return stack;
}

/** A sound certificate. */
export const CA = `# why: an example\r\n${rootCertificates[0]}\n`;

/** The private registry of the contract. */
export const PRIVATE: RegistryProps = {
	name: "registry",
	kind: "distribution",
	url: "https://registry.viktorbarzin.me:5050",
	address: "10.0.20.10",
	pullHosts: ["registry.viktorbarzin.me", "10.0.20.10:5050"],
	vault: {
		name: "viktor",
		userKey: "registry_user",
		passwordKey: "registry_password",
	},
};

/** Forgejo of the contract. */
export const FORGEJO: RegistryProps = {
	name: "forgejo",
	kind: "forgejo",
	url: "http://forgejo.forgejo.svc.cluster.local",
	plainHttp: true,
	instance: "forgejo.viktorbarzin.me",
	selector: { namespace: "forgejo", labels: { app: "forgejo" }, port: 3000 },
	pathPrefix: "viktor/",
	pushHost: "forgejo.viktorbarzin.me",
	realmHosts: [{ host: "forgejo.viktorbarzin.me", address: "10.0.20.203" }],
	vault: {
		name: "viktor",
		user: "cluster-puller",
		passwordKey: "forgejo_pull_token",
	},
};

export function probeProps(
	props: Partial<IntegrityProbeProps> = {},
	model: Partial<RegistryProps> = {},
): IntegrityProbeProps {
	return {
		registry: registry({ ...PRIVATE, ...model }),
		namespace: "monitoring",
		pushgateway: {
			url: "http://prometheus-prometheus-pushgateway.monitoring:9091",
		},
		...props,
	};
}
