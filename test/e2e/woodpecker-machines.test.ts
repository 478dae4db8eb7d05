import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PipelinesProps } from "../../lib/pipelines/pipelines";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import { props } from "../pipelines/example";
import { Distribution } from "../support/distribution";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { RegistryVm, writeBundle } from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import type { Sshd } from "../support/sshd";
import { WorkflowLab } from "../support/workflow-lab";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "registry2", "docker-compose", "skopeo"] as const),
	...(["jq", "curl"] as const),
);
const TAG = "7cb44d72";

suite("workflows that reach a machine, whole", () => {
	const lab = new Lab();
	let workflows: WorkflowLab;
	let vm: RegistryVm;
	let text: (name: string) => string;

	lab.before(async () => {
		workflows = await WorkflowLab.start(lab);
		vm = await RegistryVm.start(lab, programs, {
			"registry-a": `sleep 600`,
		});
		const machine = (sshd: Sshd, key: PipelinesProps["proxmox"]["key"]) => ({
			host: sshd.host,
			port: sshd.port,
			user: sshd.user,
			key,
		});
		const registry = await Distribution.start(lab, {
			name: "registry",
			program: programs.registry2,
		});
		await pushContent(
			registry.target,
			"infra-ci",
			image("a", { tarballs: true }),
			TAG,
		);
		const [target] = props.infraCi.targets;
		if (!target) throw new Error("no target");
		const { files } = workflowFiles({
			...props,
			infraCi: {
				...props.infraCi,
				tag: TAG,
				targets: [{ ...target, repository: `${registry.host}/infra-ci` }],
			},
			registryHost: machine(vm.sshd, props.registryHost.key),
			proxmox: machine(vm.sshd, props.proxmox.key),
		});
		text = (name) => files[`${name}.yml`] ?? "";
	});

	const run = (
		name: string,
		env: Readonly<Record<string, string>> = {},
		secrets: Readonly<Record<string, string>> = {
			registry_ssh_key: vm.sshd.key,
			pve_ssh_key: vm.sshd.key,
		},
	) =>
		workflows.run(
			name,
			text(name),
			{
				event: "manual",
				branch: "master",
				variables: { WORKFLOW: name },
				secrets,
			},
			{
				REGISTRY_KNOWN_HOSTS: vm.sshd.knownHosts,
				PVE_KNOWN_HOSTS: vm.sshd.knownHosts,
				REGISTRY_ROOT: vm.root,
				PVE_ROOT: vm.root,
				HEALTH_SECONDS: "2",
				DRAIN_SECONDS: "1",
				...env,
			},
		);

	lab.test(
		"registry-config-sync ships the bundle, and says nothing of a key",
		async () => {
			writeBundle(join(workflows.workspace, "generated/registry-host/vm"), {
				"opt/registry/docker-compose.yml": JSON.stringify({
					name: "registry",
					services: { "registry-a": { image: "registry:2.8.3" } },
				}),
				"opt/registry/bin/hello": "#!/bin/sh\necho hello\n",
			});
			const { code, output } = await run("registry-config-sync");
			expect([code, output]).toEqual([0, output]);
			expect(readFileSync(vm.path("opt/registry/bin/hello"), "utf8")).toContain(
				"hello",
			);
			expect(output).not.toContain("PRIVATE KEY");
			expect(workflows.told).toEqual([]);
			const again = await run("registry-config-sync");
			expect([again.code, again.output]).toEqual([
				0,
				expect.stringContaining("nothing to change"),
			]);
		},
	);

	lab.test("another host key stops it, and people are told where", async () => {
		const other = vm.sshd.knownHosts.replace(/AAAA\S+/, (key) =>
			key.replace(/.{12}$/, "AAAAAAAAAAAA"),
		);
		const { code } = await run("registry-config-sync", {
			REGISTRY_KNOWN_HOSTS: other,
		});
		expect(code).toBe(1);
		expect(workflows.failingStep).toBe("sync");
	});

	lab.test(
		"breakglass-infra-ci keeps the image that the workflows name",
		async () => {
			const { code, output } = await run("breakglass-infra-ci");
			expect([code, output]).toEqual([0, output]);
			expect(
				Object.keys(vm.files("opt/registry/data/private/_breakglass")),
			).toContain(
				`opt/registry/data/private/_breakglass/infra-ci-${TAG}.tar.gz`,
			);
		},
	);

	lab.test(
		"pve-nfs-exports-sync puts the exports there; fsid=0 is refused, and people are told",
		async () => {
			mkdirSync(vm.path("etc"), { recursive: true });
			writeFileSync(vm.path("etc/exports"), "");
			const exportfs = join(lab.folder, "bin/exportfs");
			writeFileSync(
				exportfs,
				`#!/bin/sh\n[ "$1" != -s ] || cat ${vm.path("etc/exports")}\n`,
			);
			chmodSync(exportfs, 0o755);
			const exports = join(workflows.workspace, "scripts/pve-nfs-exports");
			mkdirSync(join(workflows.workspace, "scripts"));
			const line = "/srv/nfs 10.0.20.0/24(rw,sync,no_subtree_check)\n";
			writeFileSync(exports, line);
			const { code, output } = await run("pve-nfs-exports-sync");
			expect([code, output]).toEqual([0, output]);
			expect(readFileSync(vm.path("etc/exports"), "utf8")).toContain(line);
			writeFileSync(exports, line.replace("sync", "sync,fsid=0"));
			const bad = await run("pve-nfs-exports-sync");
			expect(bad.code).toBe(1);
			expect(workflows.failingStep).toBe("sync");
			expect(readFileSync(vm.path("etc/exports"), "utf8")).toContain(line);
		},
	);
});
