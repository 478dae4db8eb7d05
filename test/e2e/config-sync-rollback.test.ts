import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectExit } from "../support/expect-exit";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { type Files, modeOf } from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import { Storage } from "../support/storage";
import { SyncedVm } from "../support/synced-vm";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "nginx", "registry2", "docker-compose"] as const),
	...(["curl", "jq", "openssl"] as const),
);

/** For what never gets healthy; long enough for the old state to be it again. */
const SOON = { HEALTH_SECONDS: "4" };

suite("registry-config-sync over a real sshd: what it takes back", () => {
	const lab = new Lab();
	let vm: SyncedVm;
	lab.before(async () => {
		vm = await SyncedVm.startSynced(lab, programs);
	});

	lab.test("a failed health gate rolls back", async () => {
		expectExit(await vm.sync(vm.whole()), 0);
		const moved = vm.config("a").replace(`:${vm.ports.a}"`, ':1"');
		const before = vm.managed();
		vm.machine.done();
		vm.machine.setHealth("nginx", "", "wget: server returned error\n");
		const ran = await vm.sync(
			vm.whole({
				"opt/registry/config-a.yml": moved,
				"opt/registry/new-file": "new",
			}),
			SOON,
		);
		expectExit(ran, 1);
		expect(ran.stdout).toMatch(
			/not healthy within 4 s:[\s\S]*port \d+ of nginx: no answer[\s\S]*rolling back[\s\S]*rolled back/,
		);
		// the containers that could be asked are gone after it
		expect(ran.stdout).toMatch(/^ {4}nginx: wget: server returned error$/m);
		expect(ran.stdout).toMatch(/^ {4}nginx: .*connect\(\) failed/m);
		expect(vm.managed()).toEqual(before);
		expect(vm.machine.done()).toEqual(["up registry-a", "up registry-a"]);
		expect(await vm.front()).toBe(200);
	});

	lab.test(
		"a new service that does not start is taken away again",
		async () => {
			const before = vm.managed();
			const ran = await vm.sync(
				vm.whole({
					"opt/registry/docker-compose.yml": vm.compose(["a", "b", "c"]),
					"opt/registry/config-c.yml": "version: 0.9",
				}),
				SOON,
			);
			expectExit(ran, 1);
			expect(ran.stdout).toContain("service registry-c: no container");
			expect(vm.managed()).toEqual(before);
			expect(vm.machine.done()).toEqual(["up registry-c", "rm registry-c"]);
		},
	);

	lab.test(
		"where the old compose file cannot be read no container is taken away",
		async () => {
			expectExit(await vm.sync(vm.whole()), 0);
			const broken = { "opt/registry/docker-compose.yml": "services: [\n" };
			vm.machine.write(broken);
			vm.machine.done();
			const moved = vm.config("a").replace(`:${vm.ports.a}"`, ':1"');
			const ran = await vm.sync(
				vm.whole({ "opt/registry/config-a.yml": moved }),
				SOON,
			);
			expectExit(ran, 4);
			expect(ran.stdout).toMatch(
				/WARNING: the compose file on the VM cannot be read[\s\S]*the containers are the new ones[\s\S]*NOT AS IT WAS/,
			);
			expect(vm.managed()).toMatchObject(broken);
			expect(
				vm.machine.done().filter((line) => /^(rm|stop)/.test(line)),
			).toEqual([]);
			// and what git says mends it
			expectExit(await vm.sync(vm.whole()), 0);
			expect(await vm.front()).toBe(200);
			vm.machine.done();
		},
	);

	lab.test("what was sick before does not roll back", async () => {
		vm.machine.setHealth("registry-b", " (unhealthy)");
		const ran = await vm.sync(vm.script("one"));
		expectExit(ran, 0);
		expect(ran.stdout).toContain(
			"WARNING, sick before and now: service registry-b: Up 3 seconds (unhealthy)",
		);
		vm.machine.setHealth("registry-b", "");
	});

	lab.test(
		"DNS is the last step, and takes the rest back with it when it fails",
		async () => {
			const dns = (text: string, code: number): Files => ({
				...vm.changed("nine"),
				"etc/netplan/90-registry-dns.yaml": `# ${text}\n`,
				"opt/registry/bin/dns-apply": `#!/bin/sh\necho "dns-apply ${text}"\nexit ${code}\n`,
			});
			const before = vm.managed();
			const bad = await vm.sync(dns("one", 1));
			expectExit(bad, 1);
			expect(bad.stdout).toMatch(/dns-apply one[\s\S]*rolled back/);
			expect(vm.managed()).toEqual(before);
			expectExit(await vm.sync(dns("two", 0)), 0);
			const file = vm.machine.path("etc/netplan/90-registry-dns.yaml");
			expect(readFileSync(file, "utf8")).toBe("# two\n");
			expect(modeOf(file)).toBe(0o600);
			// its own program does it, and does it once
			expect(
				vm.machine.done().filter((line) => /netplan|resolved/.test(line)),
			).toEqual([]);
		},
	);

	lab.test("old findings do not roll back, new ones do", async () => {
		const target = { origin: `http://127.0.0.1:${vm.ports.a}` };
		const storage = new Storage(vm.machine.path("opt/registry/data/a"));
		const layerOf = async (tag: string) => {
			const content = image(tag);
			await pushContent(target, "team/app", content, tag);
			const [, layer = ""] = content.blobs.keys();
			return storage.blob(layer);
		};
		const guard = { GUARD_FILE: join(__dirname, "../../dist/guard.mjs") };
		rmSync(await layerOf("old"));
		const lost = await layerOf("new");
		writeFileSync(vm.breaking, lost);
		const blind = await vm.sync(vm.changed("eight"));
		rmSync(vm.breaking);
		expectExit(blind, 0);
		expect(blind.stdout).toContain("the data cannot be looked at");
		expect(existsSync(lost)).toBe(false);

		// the guard comes along, and what was broken before the run stays without consequence
		const ran = await vm.sync(vm.changed("nine"), guard);
		expectExit(ran, 0);
		expect(ran.stdout).toContain(
			"data: 2 findings, 2 before, none of them new",
		);
		expect(existsSync(vm.machine.path("opt/registry/guard.mjs"))).toBe(true);

		writeFileSync(vm.breaking, await layerOf("newer"));
		const before = vm.managed();
		const bad = await vm.sync(vm.changed("ten"), guard);
		rmSync(vm.breaking);
		expectExit(bad, 1);
		expect(bad.stdout).toMatch(
			/broken now and whole before:\n {2}\/opt\/registry\/data\/a team\/app sha256:\w+ layer missing\n[\s\S]*rolled back/,
		);
		expect(vm.managed()).toEqual(before);
	});
});
