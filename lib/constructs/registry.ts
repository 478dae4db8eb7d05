import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import type { Registry as RegistryModel } from "../registry";
import { IntegrityProbe } from "./integrity-probe";
import type { Placement } from "./placement";
import type { IntegrityProbeProps } from "./probe-props";
import {
	RegistryCredentials,
	type RegistryCredentialsProps,
} from "./registry-credentials";

/** What the parts of a registry share, and therefore do not repeat. */
type Shared = keyof Placement | "registry" | "vaultProvider";

/** A registry, and how its credentials and its probe differ from the defaults. */
export interface RegistryProps
	extends Placement,
		Pick<IntegrityProbeProps, "pushgateway"> {
	readonly registry: RegistryModel;
	/** @default - mode "ephemeral" */
	readonly credentials?: Omit<RegistryCredentialsProps, Shared>;
	readonly probe?: Omit<
		IntegrityProbeProps,
		Shared | "pushgateway" | "secretName"
	>;
	/** @default - the stack's own vault provider */
	readonly vaultProvider?: TerraformProvider;
}

/**
 * One registry under guard: its credentials and the probe that uses them, from one model. Its alerts and dashboard are
 * constructs beside it, because a PrometheusRule must not share a stack with what has to survive without its operator.
 */
export class Registry extends Construct {
	readonly model: RegistryModel;
	readonly credentials: RegistryCredentials;
	readonly probe: IntegrityProbe;

	constructor(scope: Construct, id: string, props: RegistryProps) {
		super(scope, id);
		const { registry, credentials, probe, pushgateway, vaultProvider } = props;
		const shared = {
			registry,
			namespace: props.namespace,
			provider: props.provider,
			dependsOn: props.dependsOn,
			tier: props.tier,
		};
		this.model = registry;
		this.credentials = new RegistryCredentials(this, registry.secretName, {
			...shared,
			...credentials,
			vaultProvider,
		});
		this.probe = new IntegrityProbe(this, registry.probeName, {
			...shared,
			...probe,
			pushgateway,
			secretName: this.credentials.secretName,
		});
	}
}
