import { Annotations, App, TerraformStack } from "cdktf";
import { AlertsStack } from "./alerts-stack";
import { checkSettings } from "./check-settings";
import { lintHost } from "./lint-host";
import type { Settings } from "./model";
import { MonitoringStack } from "./monitoring-stack";
import { hostOf } from "./registry-host";

/** All stacks of an installation. Their names are addresses of state: a contract. */
export class GuardApp extends App {
	readonly monitoring: MonitoringStack;
	/** Not there with the carrier "none". */
	readonly alerts?: AlertsStack;

	/**
	 * @param outdir @default - CDKTF_OUTDIR, or cdktf.out
	 * @throws Error for settings that are malformed or contradict each other.
	 */
	constructor(settings: Settings, outdir?: string) {
		// stack traces of annotations name paths of this machine
		super({ outdir, stackTraces: false });
		if (this.hclOutput) {
			throw new Error(
				"output: got HCL, wanted JSON: cdktf leaves ephemeral values and overrides out of HCL without a word",
			);
		}
		const checked = checkSettings(settings);
		const host = hostOf(checked);
		const warnings = host ? lintHost(host) : [];
		this.monitoring = new MonitoringStack(this, "monitoring", checked);
		for (const warning of warnings)
			Annotations.of(this.monitoring).addWarning(`registryHost: ${warning}`);
		if (checked.alerts?.carrier === "none") return;
		this.alerts = new AlertsStack(this, "alerts", checked);
		if (this.monitoring.home) this.alerts.addDependency(this.monitoring);
	}

	get stacks(): readonly TerraformStack[] {
		return this.node.children.filter(TerraformStack.isStack);
	}

	/** What constructs warn of, each after its path. */
	get warnings(): readonly string[] {
		return this.node
			.findAll()
			.flatMap(({ node }) =>
				node.metadata
					.filter(({ type }) => type === "@cdktf/warn")
					.map(({ data }) => `${node.path}: ${data}`),
			);
	}
}
