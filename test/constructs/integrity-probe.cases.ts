// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { App, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { IntegrityProbe } from "../../lib/constructs/integrity-probe";
import type { IntegrityProbeProps } from "../../lib/constructs/probe-props";
import type { RegistryProps } from "../../lib/registry";
import {
	CA,
	newStack,
	probeProps,
	Synthesized,
	synthesize,
} from "./synthesized";

const CRON_JOB = "kubernetes_cron_job_v1";
const CONFIG_MAP = "kubernetes_config_map_v1";
const API_SERVER = { cidr: "10.0.20.100/32", port: 6443 };

function probe(
	props: Partial<IntegrityProbeProps> = {},
	model: Partial<RegistryProps> = {},
): Synthesized {
	return synthesize((stack) => {
		new IntegrityProbe(
			stack,
			"registry-integrity-probe",
			probeProps(props, model),
		);
	});
}

const spec = (...args: Parameters<typeof probe>) =>
	probe(...args).only(CRON_JOB).spec;
const job = (...args: Parameters<typeof probe>) =>
	spec(...args).job_template.spec;
const pod = (...args: Parameters<typeof probe>) => job(...args).template.spec;

describe("schedule and limits", () => {
	test("every 15 minutes, never two at once, never retried, the last three kept for longer than an alert takes", () => {
		const {
			schedule,
			concurrency_policy,
			successful_jobs_history_limit,
			failed_jobs_history_limit,
			starting_deadline_seconds,
			timezone,
			job_template,
		} = spec();
		expect({
			schedule,
			concurrency_policy,
			successful_jobs_history_limit,
			failed_jobs_history_limit,
			starting_deadline_seconds,
			timezone,
		}).toEqual({
			schedule: "*/15 * * * *",
			concurrency_policy: "Forbid",
			successful_jobs_history_limit: 3,
			failed_jobs_history_limit: 3,
			starting_deadline_seconds: 300,
			timezone: undefined,
		});
		expect(job_template.spec.backoff_limit).toBe(0);
		expect(job_template.spec).not.toHaveProperty("ttl_seconds_after_finished");
		expect(job_template.spec).not.toHaveProperty("completion_mode");
		expect(job_template.spec.template.spec.restart_policy).toBe("Never");
	});

	test("deadline < activeDeadlineSeconds < schedule, by default and as given", () => {
		const env = (name: string, props = {}) =>
			pod(props).container[0].env.find((e: { name: string }) => e.name === name)
				?.value;
		expect(env("PROBE_DEADLINE")).toBe("10m");
		expect(job().active_deadline_seconds).toBe(750);
		expect(env("PROBE_DEADLINE", { schedule: "*/5 * * * *" })).toBe("200s");
		expect(job({ schedule: "*/5 * * * *" }).active_deadline_seconds).toBe(250);
		expect(job({ schedule: "7 3 * * *" }).active_deadline_seconds).toBe(1200);
		expect(
			job({ deadline: "2m", activeDeadline: "3m" }).active_deadline_seconds,
		).toBe(180);
		expect(job({ deadline: "50m", schedule: "0 * * * *" })).toMatchObject({
			active_deadline_seconds: 3300,
		});
	});

	test.each<Partial<IntegrityProbeProps>>([
		{ deadline: "15m" },
		{ deadline: "10m", activeDeadline: "10m" },
		{ activeDeadline: "15m" },
		{ deadline: "5m", schedule: "*/5 * * * *" },
		// an hour from 8 to 9, thirteen from 18 to 8
		{ deadline: "2h", schedule: "0 8,9,18 * * *", fullRotation: 0 },
	])("refuses %j", (props) => {
		expect(() => probe(props)).toThrow(
			/^activeDeadline: got .*wanted deadline < activeDeadline < schedule$/,
		);
	});

	test("a time zone is passed on", () => {
		expect(
			spec({
				schedule: "0 * * * *",
				timezone: "Europe/Sofia",
			}),
		).toMatchObject({ schedule: "0 * * * *", timezone: "Europe/Sofia" });
	});

	test.each<[string, Partial<IntegrityProbeProps>]>([
		["startingDeadline", { startingDeadline: "9s" }],
		["deadline", { deadline: "10" }],
		["activeDeadline", { activeDeadline: "soon" }],
		["schedule", { schedule: "@hourly" }],
		["schedule", { schedule: "* * * *" }],
		["fullRotation", { fullRotation: -1 }],
		["fullRotation", { fullRotation: 1.5 }],
		["tagsPerRepo", { tagsPerRepo: Number.NaN }],
		["concurrency", { concurrency: 0 }],
		["minRepositories", { minRepositories: -1 }],
		["shards", { shards: 0 }],
		["shards", { shards: 10_001 }],
		["concurrency", { concurrency: 257 }],
		["shards", { shards: 2.5 }],
		["mode", { mode: "deep" as never }],
		["ignoreMutations", { ignoreMutations: ["istio" as never] }],
		["ignoreMutations", { ignoreMutations: ["toString" as never] }],
	])("refuses a wrong %s: %j", (prop, props) => {
		expect(() => probe(props)).toThrow(new RegExp(`^${prop}: got .*, wanted `));
	});

	test.each(["*/7 * * * *", "0 8,9,18 * * *"])(
		"a rotation needs equal gaps, which %s has not",
		(schedule) => {
			const off = { schedule, fullRotation: 0 };
			expect(() => probe({ schedule })).toThrow(
				`fullRotation: got 672, wanted 0 on a schedule with unequal gaps (${schedule})`,
			);
			expect(() => probe({ ...off, tagsPerRepo: 3 })).toThrow(
				"tagsPerRepo: got 3, wanted 0 on a schedule with unequal gaps",
			);
			expect(spec({ ...off }).schedule).toBe(schedule);
		},
	);
});

describe("the pod", () => {
	test("passes the restricted pod security: non-root is said on the pod AND on the container", () => {
		const { security_context, container, ...rest } = pod();
		const user = {
			run_as_user: "1000",
			run_as_group: "1000",
			run_as_non_root: true,
			seccomp_profile: { type: "RuntimeDefault" },
		};
		expect(security_context).toEqual(user);
		expect(container).toHaveLength(1);
		expect(container[0].security_context).toEqual({
			...user,
			privileged: false,
			allow_privilege_escalation: false,
			read_only_root_filesystem: true,
			capabilities: { drop: ["ALL"] },
		});
		expect(rest.automount_service_account_token).toBe(false);
		expect(rest).not.toHaveProperty("service_account_name");
		expect(rest.enable_service_links).toBe(false);
		for (const host of ["host_network", "host_pid", "host_ipc"])
			expect(rest).not.toHaveProperty(host);
	});

	test("runs the mounted guard in the pinned node image, with requests and limits", () => {
		const { container, volume } = pod();
		expect(container[0]).toMatchObject({
			image: "node:24.11.1-alpine",
			image_pull_policy: "IfNotPresent",
			command: ["node", "/guard/guard.mjs", "probe"],
			volume_mount: [{ name: "guard", mount_path: "/guard", read_only: true }],
			resources: {
				requests: { cpu: "50m", memory: "64Mi" },
				limits: { cpu: "1", memory: "256Mi" },
			},
		});
		expect(volume).toEqual([
			{
				name: "guard",
				config_map: {
					name: expect.stringMatching(
						/^\$\{kubernetes_config_map_v1\..*\.metadata\[0\]\.name\}$/,
					),
					default_mode: "0444",
				},
			},
		]);
	});

	test.each([
		"node",
		"node:latest",
		"node:24",
		"node:alpine",
		"node:lts-alpine",
	])("refuses the floating image %s", (image) => {
		expect(() => probe({ image })).toThrow(/^image: got .*wanted an exact/);
	});

	test("takes a pinned image of the user's", () => {
		const image = `mirror.local/node@sha256:${"a".repeat(64)}`;
		expect(pod({ image }).container[0].image).toBe(image);
	});

	test("carries the bundle in a ConfigMap, whose change shows in the pod", () => {
		const plain = probe();
		const withCa = probe({}, { ca: CA });
		const map = withCa.only(CONFIG_MAP);
		expect(map.metadata).toMatchObject({
			name: "registry-integrity-probe-files",
			namespace: "monitoring",
		});
		expect(Object.keys(map.data)).toEqual(["ca.pem", "guard.mjs"]);
		expect(map.data["ca.pem"]).toBe(CA);
		expect(Object.keys(plain.only(CONFIG_MAP).data)).toEqual(["guard.mjs"]);
		const hash = (stack: Synthesized) =>
			stack.only(CRON_JOB).spec.job_template.spec.template.metadata.annotations;
		expect(Object.values(hash(plain))[0]).toMatch(/^[0-9a-f]{64}$/);
		expect(hash(plain)).not.toEqual(hash(withCa));
	});

	test("finds the registry's name at its address, so that TLS is verified against the name", () => {
		expect(pod().host_aliases).toEqual([
			{ ip: "10.0.20.10", hostnames: ["registry.viktorbarzin.me"] },
		]);
		const realms = (address: string) =>
			pod({}, { realmHosts: [{ host: "auth.viktorbarzin.me:444", address }] })
				.host_aliases;
		expect(realms("10.0.20.10")).toEqual([
			{
				ip: "10.0.20.10",
				hostnames: ["registry.viktorbarzin.me", "auth.viktorbarzin.me"],
			},
		]);
		expect(realms("10.0.20.11")).toHaveLength(2);
		expect(
			pod({}, { url: "https://10.0.20.10:5050", address: undefined })
				.host_aliases,
		).toBeUndefined();
		expect(() =>
			probe(
				{},
				{
					realmHosts: [
						{ host: "registry.viktorbarzin.me", address: "10.9.9.9" },
					],
				},
			),
		).toThrow(
			"registry.realmHosts[0].address: got 10.9.9.9, wanted 10.0.20.10",
		);
	});

	test("labels of every resource, the tier among them where there is one", () => {
		const stack = probe({
			tier: "1-cluster",
			inUse: true,
			apiServer: API_SERVER,
		});
		for (const type of stack.types())
			for (const { metadata } of stack.all(type))
				expect(metadata.labels).toEqual({
					"app.kubernetes.io/name": "cdktf-registry-guard",
					"app.kubernetes.io/instance": "registry-integrity-probe",
					tier: "1-cluster",
				});
		expect(job({ tier: "1-cluster" }).template.metadata.labels.tier).toBe(
			"1-cluster",
		);
		expect(probe().only(CRON_JOB).metadata.labels).not.toHaveProperty("tier");
	});
});

describe("shards", () => {
	test("an Indexed Job in which no shard's exit ends the others", () => {
		expect(job({ shards: 4 })).toMatchObject({
			completion_mode: "Indexed",
			completions: 4,
			parallelism: 4,
			backoff_limit: 4,
			backoff_limit_per_index: 0,
			max_failed_indexes: 4,
		});
	});

	test("one shard is none", () => {
		expect(job({ shards: 1 })).toEqual(job());
	});
});

describe("mutating webhooks", () => {
	test("Kyverno's dnsConfig is not drift, by default", () => {
		expect(probe().only(CRON_JOB).lifecycle).toEqual({
			ignore_changes: [
				"spec[0].job_template[0].spec[0].template[0].spec[0].dns_config",
			],
		});
	});

	test("nothing is ignored where none is named", () => {
		expect(
			probe({ ignoreMutations: [] }).only(CRON_JOB).lifecycle?.ignore_changes ??
				[],
		).toEqual([]);
	});
});

describe("in use", () => {
	const stack = probe({ inUse: true, apiServer: API_SERVER });

	test("brings an account that may list what has pod templates, and nothing else", () => {
		expect(stack.only("kubernetes_cluster_role_v1")).toMatchObject({
			metadata: { name: "monitoring-registry-integrity-probe" },
			rule: [
				{ api_groups: [""], resources: ["pods"], verbs: ["list"] },
				{
					api_groups: ["apps"],
					resources: ["deployments", "statefulsets", "daemonsets"],
					verbs: ["list"],
				},
				{
					api_groups: ["batch"],
					resources: ["jobs", "cronjobs"],
					verbs: ["list"],
				},
			],
		});
		const account = stack.only("kubernetes_service_account_v1");
		expect(account).toMatchObject({
			metadata: { name: "registry-integrity-probe", namespace: "monitoring" },
			automount_service_account_token: false,
		});
		const binding = stack.only("kubernetes_cluster_role_binding_v1");
		expect(binding.role_ref).toMatchObject({
			kind: "ClusterRole",
			name: expect.stringContaining("kubernetes_cluster_role_v1."),
		});
		expect(binding.subject).toEqual([
			{
				kind: "ServiceAccount",
				name: expect.stringContaining("kubernetes_service_account_v1."),
				namespace: "monitoring",
			},
		]);
	});

	test("only this pod gets a token", () => {
		const spec = stack.only(CRON_JOB).spec.job_template.spec.template.spec;
		expect(spec.automount_service_account_token).toBe(true);
		expect(spec.service_account_name).toMatch(
			/^\$\{kubernetes_service_account_v1\./,
		);
		expect(probe().types()).not.toContain("kubernetes_cluster_role_v1");
	});

	test("needs the API server's endpoint for the NetworkPolicy, and only for it", () => {
		expect(() => probe({ inUse: true })).toThrow(
			/^apiServer: got undefined, wanted \{cidr, port\}/,
		);
		expect(probe({ inUse: true, networkPolicy: false }).types()).toContain(
			"kubernetes_cluster_role_v1",
		);
	});
});

describe("misuse", () => {
	test("a pull-through cache is never walked by its API", () => {
		expect(() => probe({}, { kind: "pull-through" })).toThrow(
			/^registry\.kind: got "pull-through", wanted a registry of its own/,
		);
	});

	test("a name that no CronJob can have", () => {
		expect(() => probe({}, { name: "r".repeat(37) })).toThrow(
			/^registry\.name: got "r+", wanted at most 36 characters/,
		);
		expect(probe({}, { name: "r".repeat(36) }).only(CRON_JOB)).toBeDefined();
	});

	test("two probes of one name in one namespace", () => {
		const stack = newStack();
		new IntegrityProbe(stack, "a", probeProps());
		expect(
			() => new IntegrityProbe(new Construct(stack, "deep"), "b", probeProps()),
		).toThrow(
			"registry.name: got a second monitoring registry-integrity-probe, wanted another name or namespace than test/a",
		);
		new IntegrityProbe(stack, "c", probeProps({ namespace: "other" }));
		new IntegrityProbe(stack, "d", probeProps({}, { name: "forgejo" }));
		const provider = new KubernetesProvider(stack, "far", { alias: "far" });
		new IntegrityProbe(stack, "e", probeProps({ provider }));
		const elsewhere = new TerraformStack(new App(), "x");
		new IntegrityProbe(elsewhere, "a", probeProps());
	});
});

test("two references to one namespace are one namespace", () => {
	const stack = newStack();
	const { metadata } = new NamespaceV1(stack, "ns", {
		metadata: { name: "monitoring" },
	});
	const inNamespace = () => probeProps({ namespace: metadata.name });
	new IntegrityProbe(stack, "a", inNamespace());
	expect(() => new IntegrityProbe(stack, "b", inNamespace())).toThrow(
		"registry.name: got a second ${kubernetes_namespace_v1.ns.metadata[0].name} registry-integrity-probe",
	);
});

test("works with a provider of its own and after a namespace of the same stack", () => {
	const stack = newStack();
	const provider = new KubernetesProvider(stack, "far", { alias: "far" });
	const before = new IntegrityProbe(stack, "a", probeProps());
	const { files, cronJob, networkPolicy } = new IntegrityProbe(stack, "b", {
		...probeProps({ namespace: "other" }),
		provider,
		dependsOn: [before.files],
	});
	files.overrideLogicalId("files");
	cronJob.overrideLogicalId("cron");
	networkPolicy?.overrideLogicalId("policy");
	cronJob.addOverride("spec.suspend", true);
	const { json } = new Synthesized(stack);
	for (const [type, id] of [
		[CONFIG_MAP, "files"],
		[CRON_JOB, "cron"],
		["kubernetes_network_policy_v1", "policy"],
	] as const) {
		expect(json.resource[type][id]).toMatchObject({
			provider: "kubernetes.far",
			depends_on: [expect.stringMatching(/^kubernetes_config_map_v1\.a_files/)],
		});
	}
	const { suspend, job_template } = json.resource[CRON_JOB].cron.spec;
	expect(suspend).toBe(true);
	// a reference made in the constructor would have frozen the old id
	expect(job_template.spec.template.spec.volume[0].config_map.name).toBe(
		"${kubernetes_config_map_v1.files.metadata[0].name}",
	);
});

test("what its alerts depend on can be read from it", () => {
	const props = probeProps({
		shards: 3,
		schedule: "0 * * * *",
		tagsPerRepo: 5,
	});
	const { watched } = new IntegrityProbe(newStack(), "a", props);
	expect(watched).toEqual({
		registry: props.registry,
		schedule: "0 * * * *",
		timezone: undefined,
		shards: 3,
		tagsPerRepo: 5,
	});
});
