import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectExit } from "../support/expect-exit";
import { Lab } from "../support/lab";
import { without, writeBundle } from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import { newKey } from "../support/sshd";
import { SyncedVm } from "../support/synced-vm";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "nginx", "registry2", "docker-compose"] as const),
	...(["curl", "jq", "openssl"] as const),
);

suite("registry-config-sync over a real sshd: what it refuses", () => {
	const lab = new Lab();
	let vm: SyncedVm;
	lab.before(async () => {
		vm = await SyncedVm.start(lab, programs);
	});

	lab.test(
		"a VM that people set up by hand is adopted, and what is theirs stays",
		async () => {
			const theirs = { "opt/registry/cleanup-tags.sh": "#!/bin/sh\n" };
			vm.machine.write({
				...theirs,
				"opt/registry/docker-compose.yml": `# by hand\n${vm.compose(["b"])}`,
				"opt/registry/config-b.yml": vm.config("b"),
			});
			const ran = await vm.sync(vm.whole());
			expectExit(ran, 0);
			expect(ran.stdout).toMatch(/^-# by hand$/m);
			expect(vm.managed()).toMatchObject({ ...vm.whole(), ...theirs });
			// registry-b is as it was, so nobody bounces it; it did not run, which is no new sickness
			expect(vm.machine.done()).not.toContain("up registry-b");
		},
	);

	lab.test(
		"what does not load is refused before anything is touched",
		async () => {
			const bad = (path: string, text: string) => () =>
				vm.sync(vm.whole({ [`opt/registry/${path}`]: text }));
			await vm.refused(
				bad(
					"nginx.conf",
					vm.nginx().replace("access_log off", "acess_log off"),
				),
				1,
				/unknown directive "acess_log"[\s\S]*the VM is as it was/,
			);
			await vm.refused(
				bad("docker-compose.yml", "name: registry\nservices: {a: {imag: x}}\n"),
				1,
				/compose file is refused; nothing was touched/,
			);
			await vm.refused(
				bad(
					"docker-compose.yml",
					vm.compose(["a", "b"]).replace("/config-b.yml:", "/htpasswd:"),
				),
				1,
				/not on the VM, so nothing was touched:\n {2}\/opt\/registry\/htpasswd, of registry-b/,
			);
			vm.machine.setMissingImages("registry:2.8.3");
			await vm.refused(
				() => vm.sync(vm.script("other")),
				1,
				/registry:2.8.3 cannot be pulled/,
			);
			vm.machine.setMissingImages();
			expect(vm.machine.done()).toEqual([]);
		},
	);

	lab.test(
		"a bundle that is not what it says is refused, whoever finds out",
		async () => {
			const tampered = (change: () => void) => () => {
				writeBundle(vm.bundle, vm.script("two"));
				change();
				return vm.sync(undefined);
			};
			await vm.refused(
				tampered(() =>
					writeFileSync(join(vm.bundle, "opt/registry/bin/hello"), "x"),
				),
				2,
				/is not what its opt\/registry\/bundle.sha256 says:\nopt\/registry\/bin\/hello: FAILED/,
			);
			await vm.refused(
				tampered(() =>
					writeFileSync(join(vm.bundle, "opt/registry/other"), "x"),
				),
				2,
				/files \(right\) are not those of its[\s\S]*opt\/registry\/other/,
			);
			for (const path of [
				"opt/registry/data/private/x",
				"opt/registry/htpasswd",
				"opt/registry/.lock",
				"root/.ssh/authorized_keys",
			])
				await vm.refused(
					() => vm.sync(vm.whole({ [path]: "x" })),
					2,
					`the bundle holds ${path}, which belongs to the VM`,
				);
			await vm.refused(
				() => vm.sync(without(vm.whole(), "opt/registry/docker-compose.yml")),
				2,
				"holds no opt/registry/docker-compose.yml",
			);
			rmSync(vm.bundle, { recursive: true });
			await vm.refused(
				() => vm.sync(undefined),
				2,
				"wanted one bundle.sha256 in it",
			);
			expect(vm.machine.done()).toEqual([]);
		},
	);

	lab.test(
		"what people wrote by hand shows in the difference without its secrets",
		async () => {
			vm.machine.write({
				"opt/registry/bin/hello":
					"password: hunter2\nurl: https://me:hunter3@x/\n$2y$05$abcdefghijklmnopqrstuv\n",
			});
			const ran = await vm.sync(vm.whole(), {}, "--dry-run");
			expect(ran.code).toBe(0);
			expect(ran.stdout).toContain("-password: (hidden)");
			expect(ran.stdout).not.toMatch(/hunter|abcdefgh/);
			expectExit(await vm.sync(vm.whole()), 0);
		},
	);

	lab.test("a program of few long lines is named and not shown", async () => {
		const bundle = vm.whole({ "opt/registry/bin/hello": "x".repeat(5001) });
		const ran = await vm.sync(bundle, {}, "--dry-run");
		expectExit(ran, 0);
		expect(ran.stdout).toMatch(
			/^file that changes: opt\/registry\/bin\/hello$/m,
		);
		expect(ran.stdout).not.toContain("xxxx");
	});

	lab.test(
		"another host key, another key, nobody there, no secret: nothing is touched",
		async () => {
			const other = newKey(lab.folder, "other");
			const port = String(vm.machine.sshd.port);
			const cases = [
				[
					{ REGISTRY_KNOWN_HOSTS: `[127.0.0.1]:${port} ${other.publicKey}` },
					3,
					"its host key is not the pinned one; not logged in",
				],
				[{ REGISTRY_SSH_KEY: other.privateKey }, 3, "the key is refused"],
				[
					{
						REGISTRY_SSH_PORT: "1",
						REGISTRY_KNOWN_HOSTS: vm.machine.sshd.knownHosts.replace(port, "1"),
					},
					3,
					"not reachable",
				],
				[
					{ REGISTRY_SSH_KEY: "" },
					2,
					"vault: got no VAULT_TOKEN and no readable /nowhere",
				],
				[
					{ REGISTRY_KNOWN_HOSTS: "" },
					2,
					"vault: got no VAULT_TOKEN and no readable",
				],
				[
					{
						REGISTRY_SSH_KEY: "",
						VAULT_TOKEN: "t",
						VAULT_ADDR: "http://127.0.0.1:1",
					},
					3,
					"vault at http://127.0.0.1:1: curl: (7)",
				],
				[
					{ LOCK_WAIT: "soon" },
					2,
					"LOCK_WAIT: got 'soon', wanted whole seconds",
				],
				[
					{ GUARD_FILE: "/nowhere" },
					2,
					"GUARD_FILE: got /nowhere, which is no file",
				],
			] as const;
			for (const [env, code, message] of cases) {
				const ran = await vm.refused(
					() =>
						vm.sync(vm.script("three"), { VAULT_JWT_FILE: "/nowhere", ...env }),
					code,
					"",
				);
				expect(ran.stderr).toContain(message);
				expect(ran.stdout + ran.stderr).not.toContain("PRIVATE KEY");
			}
			expect(vm.machine.done()).toEqual([]);
		},
	);
});
