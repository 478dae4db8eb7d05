import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { CronJobV1 } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import { NetworkPolicyV1 } from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import { TerraformStack } from "cdktf";
import { Construct } from "constructs";
import type { WatchedRegistry } from "../alerts/watch";
import { cronJobSpec } from "./cron-job-spec";
import { endpointsOf } from "./endpoints";
import { guardFiles } from "./guard-files";
import { hostAliases } from "./host-aliases";
import { InUseAccess } from "./in-use-access";
import { labelsOf, selectorLabels } from "./labels";
import { late } from "./late";
import { literal } from "./literal";
import { ignoredChanges } from "./mutations";
import { networkPolicySpec } from "./network-policy-spec";
import { metaArguments } from "./placement";
import type { IntegrityProbeProps } from "./probe-props";
import { resolveProbe } from "./probe-settings";
import { resolved } from "./resolved";

/**
 * A CronJob that walks a registry with the guard and publishes what it saw. By convention its id is the model's
 * `probeName`, which is also the name of the CronJob and its Pushgateway job.
 */
export class IntegrityProbe extends Construct {
	/** The guard's bundle, and the registry's CA. */
	readonly files: ConfigMapV1;
	readonly cronJob: CronJobV1;
	readonly networkPolicy?: NetworkPolicyV1;
	/** Only with `inUse`. */
	readonly access?: InUseAccess;
	/** What its alerts and its dashboard depend on: give it to them. */
	readonly watched: WatchedRegistry;
	/** What makes two probes the same one: cluster, namespace and name. */
	readonly #identity: string;

	/** @throws Error for props that contradict each other, a floating image, a second probe of the same name in the namespace. */
	constructor(scope: Construct, id: string, props: IntegrityProbeProps) {
		super(scope, id);
		const { registry, namespace, provider } = props;
		const settings = resolveProbe(props);
		const name = registry.probeName;
		this.#identity = [provider?.fqn, resolved(this, namespace), name].join(" ");
		this.#refuseTwin();
		this.watched = {
			registry,
			schedule: settings.schedule,
			timezone: settings.timezone,
			shards: settings.shards,
			tagsPerRepo: settings.tagsPerRepo,
		};

		const endpoints = endpointsOf(registry, props.pushgateway, namespace);
		const files = guardFiles(registry.ca);
		const meta = metaArguments(props);
		const labels = labelsOf(registry, props.tier);

		this.files = new ConfigMapV1(this, "files", {
			...meta,
			metadata: { name: `${name}-files`, namespace, labels },
			data: literal(files.data, "files"),
		});
		if (settings.inUse) {
			this.access = new InUseAccess(this, "in-use", props);
		}
		if (props.networkPolicy ?? true) {
			this.networkPolicy = new NetworkPolicyV1(this, "network-policy", {
				...meta,
				metadata: { name, namespace, labels },
				spec: networkPolicySpec({
					podLabels: selectorLabels(registry),
					endpoints,
					dns: props.dns,
					apiServer: settings.inUse ? props.apiServer : undefined,
				}),
			});
		}
		this.cronJob = new CronJobV1(this, "cron-job", {
			...meta,
			metadata: { name, namespace, labels },
			spec: cronJobSpec(settings, {
				filesName: late(() => this.files.metadata.name),
				filesHash: files.sha256,
				hostAliases: hostAliases(endpoints),
				serviceAccountName: this.access?.serviceAccountName,
			}),
			lifecycle: {
				ignoreChanges: ignoredChanges(props.ignoreMutations ?? ["kyverno"]),
			},
		});
	}

	#refuseTwin(): void {
		const twin = TerraformStack.of(this)
			.node.findAll()
			.find(
				(other) =>
					other !== this &&
					other instanceof IntegrityProbe &&
					other.#identity === this.#identity,
			);
		if (!twin) return;
		throw new Error(
			`registry.name: got a second ${this.#identity.trim()}, wanted another name or namespace than ${twin.node.path}`,
		);
	}
}
