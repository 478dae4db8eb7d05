import { IntegrityProbe } from "../../lib/constructs/integrity-probe";
import type { IntegrityProbeProps } from "../../lib/constructs/probe-props";
import type { RegistryProps } from "../../lib/registry";
import { FORGEJO, probeProps, synthesize } from "./synthesized";

const POLICY = "kubernetes_network_policy_v1";
const URL_9091 = "http://push.example.org:9091";

function synth(
	props: Partial<IntegrityProbeProps> = {},
	model: Partial<RegistryProps> = {},
) {
	return synthesize((stack) => {
		new IntegrityProbe(stack, "probe", probeProps(props, model));
	});
}

/** Every egress rule as one line: `cidr or namespace/labels port/protocol,...`. */
function egress(...args: Parameters<typeof synth>): string[] {
	const { spec } = synth(...args).only(POLICY);
	return spec.egress.map(
		// biome-ignore lint/suspicious/noExplicitAny: synthesized JSON
		({ to, ports }: any) =>
			`${to
				// biome-ignore lint/suspicious/noExplicitAny: synthesized JSON
				.map(({ ip_block, namespace_selector, pod_selector }: any) =>
					ip_block
						? ip_block.cidr
						: `${namespace_selector.match_labels["kubernetes.io/metadata.name"]}/${Object.entries(pod_selector.match_labels).map((pair) => pair.join("="))}`,
				)
				.join(
					"+",
				)} ${ports.map(({ port, protocol }: { port: string; protocol: string }) => `${port}/${protocol}`)}`,
	);
}

const DNS = "kube-system/k8s-app=kube-dns 53/UDP,53/TCP";
const PUSHGATEWAY =
	"monitoring/app.kubernetes.io/name=prometheus-pushgateway 9091/TCP";

test("nobody talks to the pods, and they to DNS, registry and Pushgateway only", () => {
	const { spec } = synth().only(POLICY);
	expect(spec.policy_types).toEqual(["Ingress", "Egress"]);
	// an ingress block would open a way in
	expect(spec).not.toHaveProperty("ingress");
	expect(spec.pod_selector.match_labels).toEqual({
		"app.kubernetes.io/name": "cdktf-registry-guard",
		"app.kubernetes.io/instance": "registry-integrity-probe",
	});
	expect(egress()).toEqual([DNS, "10.0.20.10/32 5050/TCP", PUSHGATEWAY]);
});

test("it selects the pods of its own CronJob", () => {
	const stack = synth({ tier: "1-cluster" });
	const { template } = stack.only("kubernetes_cron_job_v1").spec.job_template
		.spec;
	expect(template.metadata.labels).toMatchObject(
		stack.only(POLICY).spec.pod_selector.match_labels,
	);
});

test("pods are reached at their container's port, a realm host at its own", () => {
	expect(egress({}, { ...FORGEJO, address: undefined })).toEqual([
		DNS,
		"forgejo/app=forgejo 3000/TCP",
		"10.0.20.203/32 443/TCP",
		PUSHGATEWAY,
	]);
});

test("the port is the url's, or its protocol's", () => {
	const registry = (url: string, plainHttp = false) =>
		egress({}, { url, plainHttp })[1];
	expect(registry("https://r.local")).toBe("10.0.20.10/32 443/TCP");
	expect(registry("https://r.local:443")).toBe("10.0.20.10/32 443/TCP");
	expect(registry("http://r.local", true)).toBe("10.0.20.10/32 80/TCP");
	expect(registry("http://r.local:5000", true)).toBe("10.0.20.10/32 5000/TCP");
});

test("a url that is an address needs no other", () => {
	const anonymous = { address: undefined, vault: undefined };
	expect(egress({}, { url: "https://10.1.2.3:5000", ...anonymous })[1]).toBe(
		"10.1.2.3/32 5000/TCP",
	);
	expect(egress({}, { url: "https://[fd00::5]:5000", ...anonymous })[1]).toBe(
		"fd00::5/128 5000/TCP",
	);
});

test("address and selector are both a way", () => {
	const selector = {
		namespace: "r",
		labels: { app: "r", tier: "x" },
		port: 5000,
	};
	expect(egress({}, { selector }).slice(1, 3)).toEqual([
		"10.0.20.10/32 5050/TCP",
		"r/app=r,tier=x 5000/TCP",
	]);
});

test.each([
	["http://pushgateway:9091", "monitoring"],
	["http://pushgateway.metrics:80", "metrics"],
	["http://pushgateway.metrics.svc:80", "metrics"],
	["http://pushgateway.metrics.svc.cluster.local:80", "metrics"],
])("the Pushgateway behind %s is a pod in %s", (url, namespace) => {
	expect(egress({ pushgateway: { url } }).at(-1)).toBe(
		`${namespace}/app.kubernetes.io/name=prometheus-pushgateway 9091/TCP`,
	);
});

test("the Pushgateway's own address or pods", () => {
	expect(
		egress({ pushgateway: { url: URL_9091, address: "10.3.3.3" } }).at(-1),
	).toBe("10.3.3.3/32 9091/TCP");
	expect(egress({ pushgateway: { url: "http://10.3.3.4:9091" } }).at(-1)).toBe(
		"10.3.3.4/32 9091/TCP",
	);
	const selector = { namespace: "m", labels: { app: "push" }, port: 9191 };
	expect(egress({ pushgateway: { url: URL_9091, selector } }).at(-1)).toBe(
		"m/app=push 9191/TCP",
	);
});

test("DNS elsewhere", () => {
	const dns = { namespace: "dns", labels: { app: "local-dns" }, port: 5353 };
	expect(egress({ dns })[0]).toBe("dns/app=local-dns 5353/UDP,5353/TCP");
});

test("the API server's endpoint, only with inUse", () => {
	const apiServer = { cidr: "10.0.20.100/32", port: 6443 };
	expect(egress({ inUse: true, apiServer }).at(-1)).toBe(
		"10.0.20.100/32 6443/TCP",
	);
	expect(egress({ apiServer })).toHaveLength(3);
});

const PODS = { namespace: "r", labels: { app: "r" }, port: 5000 };
test.each<[string, Partial<IntegrityProbeProps>, Partial<RegistryProps>]>([
	[
		"registry: got neither address nor selector for registry.viktorbarzin.me, wanted one of them",
		{},
		{ address: undefined },
	],
	[
		"registry.realmHosts[0]: got neither address nor selector for auth.local, wanted",
		{},
		{ realmHosts: [{ host: "auth.local" }] },
	],
	[
		"pushgateway: got neither address nor selector for push.example.org, wanted",
		{ pushgateway: { url: URL_9091 } },
		{},
	],
	[
		"registry.selector.labels: got none, wanted at least one",
		{},
		{ selector: { ...PODS, labels: {} } },
	],
	[
		"registry.selector.port: got 0, wanted an integer from 1 to 65535",
		{},
		{ selector: { ...PODS, port: 0 } },
	],
	[
		"dns.port: got 70000, wanted an integer from 1 to 65535",
		{ dns: { ...PODS, port: 70_000 } },
		{},
	],
	[
		'apiServer.cidr: got "10.0.20.100", wanted an address with a prefix length',
		{ inUse: true, apiServer: { cidr: "10.0.20.100", port: 6443 } },
		{},
	],
	[
		'pushgateway.url: got "push:9091", wanted http(s)://host[:port][/prefix], without /metrics and query',
		{ pushgateway: { url: "push:9091" } },
		{},
	],
	[
		'pushgateway.url: got "http://push.monitoring:9091/metrics", wanted',
		{ pushgateway: { url: "http://push.monitoring:9091/metrics" } },
		{},
	],
	[
		"pushgateway.url: got one with credentials, wanted one without",
		{ pushgateway: { url: "http://a:hunter2@push.monitoring:9091" } },
		{},
	],
])("refuses: %s", (message, props, model) => {
	expect(() => synth(props, model)).toThrow(message);
});

test("without a policy no address is asked for", () => {
	const stack = synth(
		{ networkPolicy: false, pushgateway: { url: URL_9091 } },
		{ address: undefined },
	);
	expect(stack.types()).not.toContain(POLICY);
	expect(stack.only("kubernetes_cron_job_v1")).toBeDefined();
});
