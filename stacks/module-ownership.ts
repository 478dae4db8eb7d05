import type { Registry } from "../lib/registry";
import { moduleText } from "./local-module";
import type { Settings } from "./model";
import type { MonitoringModule } from "./monitoring-module";

/** Who makes the namespace and each probe: this stack or the monitoring module, never both. */
export interface Ownership {
	/** The stack makes the namespace. */
	readonly namespace: boolean;
	/** Registries whose CronJob and Secret the stack makes. */
	readonly probed: readonly Registry[];
	/** What the module is said to own and does not seem to make. */
	readonly warnings: readonly string[];
}

/** @throws Error if something would be made twice, or `owns` does not say who makes it. */
export function ownership({
	namespace,
	registries,
	monitoringModule,
}: Settings): Ownership {
	const probed = registries
		.map(({ model }) => model)
		.filter(({ kind }) => kind !== "pull-through");
	if (!monitoringModule) {
		return { namespace: namespace.create ?? true, probed, warnings: [] };
	}
	const owns = ownedBy(monitoringModule, probed);
	if (owns.namespace && namespace.create) {
		throw new Error(
			`namespace.create: got true with monitoringModule.owns.namespace true, wanted the namespace ${namespace.name} to be made by the stack or by the module, never both`,
		);
	}
	const text = moduleText(monitoringModule.source);
	const warnings: string[] = [];
	const compare = (owned: boolean, made: boolean, what: string): void => {
		if (text === undefined || owned === made) return;
		if (made) {
			throw new Error(
				`monitoringModule.owns: got no ${what}, but ${monitoringModule.source} makes it too; wanted it taken out there or named in owns, never both`,
			);
		}
		warnings.push(
			`monitoringModule.owns names the ${what}, but nothing in ${monitoringModule.source} seems to make it`,
		);
	};
	const stackMakesNamespace = !owns.namespace && (namespace.create ?? true);
	// a namespace that is made elsewhere is no business of this comparison
	if (owns.namespace || stackMakesNamespace)
		compare(
			owns.namespace,
			makesNamespace(text ?? "", namespace.name),
			`namespace ${namespace.name}`,
		);
	for (const { name, probeName, secretName } of probed) {
		const made = [probeName, secretName].some((each) =>
			text?.includes(`"${each}"`),
		);
		compare(owns.probes.includes(name), made, `probe ${probeName}`);
	}
	return {
		namespace: stackMakesNamespace,
		probed: probed.filter(({ name }) => !owns.probes.includes(name)),
		warnings,
	};
}

function ownedBy(
	{ owns }: MonitoringModule,
	probed: readonly Registry[],
): MonitoringModule["owns"] {
	if (typeof owns?.namespace !== "boolean" || !Array.isArray(owns.probes)) {
		throw new Error(
			`monitoringModule.owns: got ${JSON.stringify(owns)}, wanted {namespace: true|false, probes: [registry names]}: the module or this stack makes the namespace and a probe, never both`,
		);
	}
	for (const name of owns.probes) {
		if (!probed.some((model) => model.name === name)) {
			throw new Error(
				`monitoringModule.owns.probes: got ${JSON.stringify(name)}, wanted names of probed registries: ${probed.map((model) => model.name).join(", ")}`,
			);
		}
	}
	return owns;
}

function makesNamespace(text: string, name: string): boolean {
	return text
		.split(/^\s*(?=(?:resource|module|data)\s+")/m)
		.filter((block) => /^resource\s+"kubernetes_namespace(_v1)?"/.test(block))
		.some((block) => new RegExp(`name\\s*=\\s*"${name}"`).test(block));
}
