import { METRICS } from "../../lib/guard/contract";
import type { Registry } from "../../lib/registry";
import type { CronJob } from "./cron-job";
import { children } from "./damage";
import { Distribution } from "./distribution";
import { FaultyProxy } from "./faulty-proxy";
import { multiArch } from "./images";
import type { Lab } from "./lab";
import { privateCa } from "./private-ca";
import { labModel, probeCronJob, REGISTRY_NAME } from "./probe-stack";
import { pushContent } from "./push";
import { Pushgateway } from "./pushgateway";
import type { Finished } from "./run-program";
import { plant } from "./storage";

/** Repositories of a troubled registry, a multi-arch image each. */
export const REPOSITORIES = [
	"team/a",
	"team/b",
	"team/c",
	"team/d",
	"team/broken",
];
/** What a complete run says of them: the one tag that is really broken. */
const KNOWN = { repository: "team/broken", tag: "v1", reason: "missing" };

/** A 2.8.2 with one broken tag behind a proxy that can be told to fail, probed once as the CronJob does. */
export class TroubledRegistry {
	readonly model: Registry;
	readonly registry: Distribution;
	readonly proxy: FaultyProxy;
	readonly gateway: Pushgateway;
	readonly #lab: Lab;
	readonly #cronJob: CronJob;

	private constructor(
		lab: Lab,
		model: Registry,
		registry: Distribution,
		proxy: FaultyProxy,
		gateway: Pushgateway,
	) {
		this.#lab = lab;
		this.model = model;
		this.registry = registry;
		this.proxy = proxy;
		this.gateway = gateway;
		this.#cronJob = probeCronJob(model, gateway.origin);
	}

	static async start(
		lab: Lab,
		programs: Readonly<
			Record<"registry2" | "htpasswd" | "openssl" | "pushgateway", string>
		>,
	): Promise<TroubledRegistry> {
		const { registry2, htpasswd, openssl } = programs;
		const tls = privateCa(openssl, lab.folder, REGISTRY_NAME);
		const registry = await Distribution.start(lab, {
			name: "registry2",
			program: registry2,
			htpasswd,
			tls,
		});
		const proxy = await FaultyProxy.start(lab, registry, tls);
		const gateway = await Pushgateway.start(lab, programs.pushgateway);
		for (const name of REPOSITORIES)
			await pushContent(registry.target, name, multiArch(name), "v1");
		const broken = multiArch("team/broken");
		const [child = ""] = children(broken, broken.root);
		plant.missing(registry.storage.revisionLink("team/broken", child));
		const model = labModel(proxy, tls);
		const trouble = new TroubledRegistry(lab, model, registry, proxy, gateway);
		expect(await trouble.runWith(() => undefined)).toMatchObject({ code: 0 });
		return trouble;
	}

	/** One run of the CronJob, or of another one, with the proxy in this mood. */
	async runWith(
		fault: FaultyProxy["fault"],
		cronJob = this.#cronJob,
	): Promise<Finished> {
		this.proxy.count = 0;
		this.proxy.faults = 0;
		this.proxy.fault = fault;
		const [run] = await cronJob.run(this.#lab.folder);
		this.proxy.fault = () => undefined;
		if (!run) throw new Error("no run");
		return run;
	}

	/** What the Pushgateway holds of this registry. */
	metric(
		name: keyof typeof METRICS,
		labels: Readonly<Record<string, string>> = {},
	): Promise<number | undefined> {
		const { instance } = this.model;
		return this.gateway.value(METRICS[name].name, { instance, ...labels });
	}

	/** No false finding, and the true one is not forgotten. */
	async expectOnlyKnownFailure(): Promise<void> {
		expect(await this.metric("failures")).toBe(1);
		const broken = (await this.gateway.series()).filter(
			({ name }) => name === METRICS.brokenTagInfo.name,
		);
		expect(broken.map(({ labels }) => labels)).toEqual([
			expect.objectContaining(KNOWN),
		]);
	}
}
