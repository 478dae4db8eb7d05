import {
	existsSync,
	mkdirSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { imageOf, PINS } from "../../lib/pins";
import { eventually } from "../support/eventually";
import { expectExit } from "../support/expect-exit";
import { freePort } from "../support/free-port";
import { Lab } from "../support/lab";
import {
	type Files,
	modeOf,
	RegistryVm,
	writeBundle,
} from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { running } from "../support/running";
import { newKey } from "../support/sshd";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "nginx", "registry2", "docker-compose"] as const),
	...(["curl", "jq"] as const),
);
const SCRIPT = join(__dirname, "../../ci/registry-config-sync");
const FOLDERS = ["opt/registry", "etc"];

suite("registry-config-sync over a real sshd", () => {
	const lab = new Lab();
	let vm: RegistryVm;
	let bundle: string;
	let ports: { readonly a: number; readonly b: number; readonly front: number };

	lab.before(async () => {
		ports = {
			a: await freePort(),
			b: await freePort(),
			front: await freePort(),
		};
		const registry = (name: string) =>
			`${programs["registry2"]} serve "$1/opt/registry/config-${name}.yml"`;
		vm = await RegistryVm.start(lab, programs, {
			"registry-a": registry("a"),
			"registry-b": registry("b"),
			nginx: `${programs.nginx} -e stderr -g 'daemon off;' -c "$1/opt/registry/nginx.conf"`,
		});
		bundle = join(lab.folder, "bundle");
		mkdirSync(vm.path("opt/registry/data/a"), { recursive: true });
		vm.write({ "opt/registry/data/private/_breakglass/x.tar.gz": "kept" });
	});

	function config(name: "a" | "b", extra = ""): string {
		return [
			"version: 0.1",
			`storage: {filesystem: {rootdirectory: ${vm.path(`opt/registry/data/${name}`)}}}`,
			`http: {addr: "127.0.0.1:${ports[name]}"}`,
			extra,
		].join("\n");
	}
	function compose(names: readonly string[], extra = ""): string {
		return JSON.stringify({
			name: "registry",
			services: {
				...Object.fromEntries(
					names.map((name) => [
						`registry-${name}`,
						{
							image: "registry:2.8.3",
							volumes: [
								`/opt/registry/config-${name}.yml:/etc/docker/registry/config.yml:ro`,
								`/opt/registry/data/${name}:/var/lib/registry`,
							],
							environment: { EXTRA: name === "a" ? extra : "" },
						},
					]),
				),
				nginx: {
					image: "nginx:1.28.0-alpine",
					ports: [`127.0.0.1:${ports.front}:5000`],
					volumes: [
						"/opt/registry/nginx.conf:/etc/nginx/nginx.conf:ro",
						"nginx-cache:/var/cache/nginx",
					],
				},
			},
			volumes: { "nginx-cache": {} },
		});
	}
	function nginx(backend: number): string {
		const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
			.map((name) => `${name}_temp_path ${lab.folder}/nginx-${name};`)
			.join("\n");
		return `pid ${lab.folder}/nginx.pid;
events {}
http {
access_log off;
${temp}
server { listen 127.0.0.1:${ports.front}; location / { proxy_pass http://127.0.0.1:${backend}; } }
}
`;
	}
	/** What the tests start from: two registries, nginx, a script, a timer. */
	function whole(changes: Files = {}): Files {
		return {
			"opt/registry/docker-compose.yml": compose(["a", "b"]),
			"opt/registry/nginx.conf": nginx(ports.a),
			"opt/registry/config-a.yml": config("a"),
			"opt/registry/config-b.yml": config("b"),
			"opt/registry/bin/hello": "#!/bin/sh\necho hello\n",
			"etc/systemd/system/registry-scan.service":
				"[Service]\nType=oneshot\nExecStart=/bin/true\n",
			"etc/systemd/system/registry-scan.timer":
				"[Timer]\nOnCalendar=02:30\n[Install]\nWantedBy=timers.target\n",
			...changes,
		};
	}
	function without(files: Files, ...paths: readonly string[]): Files {
		return Object.fromEntries(
			Object.entries(files).filter(([path]) => !paths.includes(path)),
		);
	}
	function sync(
		files: Files | undefined,
		env: Readonly<Record<string, string>> = {},
		...args: readonly string[]
	): Promise<Finished> {
		if (files) writeBundle(bundle, files);
		return runProgram(SCRIPT, [...args, bundle], { ...vm.settings, ...env });
	}
	const managed = () =>
		Object.fromEntries(
			Object.entries(vm.files(...FOLDERS)).filter(
				([path]) => !/\/\.lock$|\/data\/|\/\.sync\/run-/.test(path),
			),
		);
	/** Runs that must leave the VM as it is. */
	async function refused(
		run: () => Promise<Finished>,
		code: number,
		text: string | RegExp,
	): Promise<Finished> {
		const before = managed();
		const pid = vm.pid("nginx");
		vm.done();
		const ran = await run();
		expectExit(ran, code);
		expect(ran.stdout + ran.stderr).toMatch(text);
		expect(managed()).toEqual(before);
		expect(vm.pid("nginx")).toBe(pid);
		return ran;
	}

	lab.test("a dry run on an empty VM touches nothing", async () => {
		const ran = await refused(
			() => sync(whole(), {}, "--dry-run"),
			0,
			"dry run",
		);
		expect(ran.stdout).toContain("file that comes: opt/registry/nginx.conf");
		expect(vm.done()).toEqual([]);
	});

	lab.test("the first run ships everything, nginx last", async () => {
		const ran = await sync(whole());
		expectExit(ran, 0);
		expect(vm.done()).toEqual([
			"systemctl daemon-reload",
			"up registry-a",
			"up registry-b",
			"up nginx",
			"systemctl enable --now registry-scan.timer",
		]);
		const front = await fetch(`http://127.0.0.1:${ports.front}/v2/`);
		expect(front.status).toBe(200);
		expect(managed()).toMatchObject(whole());
		expect(modeOf(vm.path("opt/registry/bin/hello"))).toBe(0o755);
		expect(modeOf(vm.path("opt/registry/nginx.conf"))).toBe(0o644);
		// nothing of the transport stays
		expect(readdirSync(vm.path("opt/registry/.sync"))).toEqual([]);
	});

	lab.test("the second run changes nothing", async () => {
		const ran = await refused(() => sync(undefined), 0, "nothing to change");
		expect(ran.stdout.trim()).toBe("nothing to change");
		expect(vm.done()).toEqual([]);
	});

	lab.test("a script alone bounces nobody", async () => {
		const files = whole({ "opt/registry/bin/hello": "#!/bin/sh\necho hi\n" });
		const ran = await sync(files);
		expectExit(ran, 0);
		expect(ran.stdout).toMatch(/^-echo hello\n\+echo hi$/m);
		expect(vm.done()).toEqual([]);
	});

	lab.test("a registry's own file bounces that registry", async () => {
		const files = whole({ "opt/registry/config-b.yml": config("b", "# note") });
		expectExit(await sync(files), 0);
		expect(vm.done()).toEqual(["up registry-b"]);
	});

	lab.test("a definition bounces its service", async () => {
		const files = whole({
			"opt/registry/docker-compose.yml": compose(["a", "b"], "1"),
		});
		expectExit(await sync(files), 0);
		expect(vm.done()).toEqual(["up registry-a", "up registry-b"]);
	});

	lab.test(
		"what does not load is refused before anything is touched",
		async () => {
			const bad = (path: string, text: string) => () =>
				sync(whole({ [`opt/registry/${path}`]: text }));
			await refused(
				bad(
					"nginx.conf",
					nginx(ports.a).replace("access_log off", "acess_log off"),
				),
				1,
				/unknown directive "acess_log"[\s\S]*the VM is as it was/,
			);
			await refused(
				bad("docker-compose.yml", "name: registry\nservices: {a: {imag: x}}\n"),
				1,
				/compose file is refused; nothing was touched/,
			);
			await refused(
				bad(
					"docker-compose.yml",
					compose(["a", "b"]).replace("/config-b.yml:", "/htpasswd:"),
				),
				1,
				/not on the VM, so nothing was touched:\n {2}\/opt\/registry\/htpasswd, of registry-b/,
			);
			vm.setMissingImages("registry:2.8.3");
			await refused(() => sync(whole()), 1, /registry:2.8.3 cannot be pulled/);
			vm.setMissingImages();
			expect(vm.done()).toEqual([]);
		},
	);

	/** The text of a file that a sync would bring, and nothing that is bounced. */
	const script = (text: string): Files =>
		whole({ "opt/registry/bin/hello": `#!/bin/sh\necho ${text}\n` });
	const front = async () =>
		(await fetch(`http://127.0.0.1:${ports.front}/v2/`)).status;

	lab.test("a failed health gate rolls back", async () => {
		expectExit(await sync(whole()), 0);
		const moved = config("a").replace(`:${ports.a}"`, ':1"');
		const before = managed();
		vm.done();
		const ran = await sync(
			whole({
				"opt/registry/config-a.yml": moved,
				"opt/registry/new-file": "new",
			}),
		);
		expectExit(ran, 1);
		expect(ran.stdout).toMatch(
			/not healthy within 2 s:[\s\S]*port \d+ of nginx: no answer[\s\S]*rolling back[\s\S]*rolled back/,
		);
		expect(managed()).toEqual(before);
		expect(vm.done()).toEqual(["up registry-a", "up registry-a"]);
		expect(await front()).toBe(200);
	});

	lab.test(
		"a new service that does not start is taken away again",
		async () => {
			const before = managed();
			const ran = await sync(
				whole({
					"opt/registry/docker-compose.yml": compose(["a", "b", "c"]),
					"opt/registry/config-c.yml": "version: 0.9",
				}),
			);
			expectExit(ran, 1);
			expect(ran.stdout).toContain("service registry-c: no container");
			expect(managed()).toEqual(before);
			expect(vm.done()).toEqual(["up registry-c", "rm registry-c"]);
		},
	);

	lab.test("what was sick before does not roll back", async () => {
		vm.setHealth("registry-b", " (unhealthy)");
		const ran = await sync(script("one"));
		expectExit(ran, 0);
		expect(ran.stdout).toContain(
			"WARNING, sick before and now: service registry-b: Up 3 seconds (unhealthy)",
		);
		vm.setHealth("registry-b", "");
	});

	lab.test(
		"a registry that leaves: nginx first, its data and its break-glass archives stay",
		async () => {
			vm.write({ "opt/registry/data/b/docker/registry/v2/kept": "kept" });
			const units = {
				"etc/systemd/system/registry-gc-b.service":
					"[Service]\nType=oneshot\nExecStart=/bin/true\n",
				"etc/systemd/system/registry-gc-b.timer":
					"[Timer]\nOnCalendar=Sun 03:00\n[Install]\nWantedBy=timers.target\n",
			};
			expectExit(await sync(whole(units)), 0);
			vm.done();
			const files = without(whole(), "opt/registry/config-b.yml");
			const ran = await sync({
				...files,
				"opt/registry/docker-compose.yml": compose(["a"]),
				"opt/registry/nginx.conf": `${nginx(ports.a)}# without b\n`,
			});
			expectExit(ran, 0);
			expect(ran.stdout).toContain(
				"services that go, their data stays: registry-b",
			);
			expect(vm.done()).toEqual([
				"systemctl disable --now registry-gc-b.timer",
				"systemctl daemon-reload",
				"up nginx",
				"stop registry-b",
				"rm registry-b",
			]);
			expect(existsSync(vm.path("opt/registry/config-b.yml"))).toBe(false);
			expect(
				existsSync(vm.path("etc/systemd/system/registry-gc-b.timer")),
			).toBe(false);
			expect(vm.files("opt/registry/data")).toMatchObject({
				"opt/registry/data/b/docker/registry/v2/kept": "kept",
				"opt/registry/data/private/_breakglass/x.tar.gz": "kept",
			});
			expectExit(await sync(whole()), 0);
			vm.done();
		},
	);

	lab.test(
		"a bundle that is not what it says is refused, whoever finds out",
		async () => {
			const tampered = (change: () => void) => () => {
				writeBundle(bundle, script("two"));
				change();
				return sync(undefined);
			};
			await refused(
				tampered(() =>
					writeFileSync(join(bundle, "opt/registry/bin/hello"), "x"),
				),
				2,
				/is not what its opt\/registry\/bundle.sha256 says:\nopt\/registry\/bin\/hello: FAILED/,
			);
			await refused(
				tampered(() => writeFileSync(join(bundle, "opt/registry/other"), "x")),
				2,
				/files \(right\) are not those of its[\s\S]*opt\/registry\/other/,
			);
			for (const path of [
				"opt/registry/data/private/x",
				"opt/registry/htpasswd",
				"opt/registry/.lock",
				"root/.ssh/authorized_keys",
			])
				await refused(
					() => sync(whole({ [path]: "x" })),
					2,
					`the bundle holds ${path}, which belongs to the VM`,
				);
			await refused(
				() => sync(without(whole(), "opt/registry/docker-compose.yml")),
				2,
				"holds no opt/registry/docker-compose.yml",
			);
			rmSync(bundle, { recursive: true });
			await refused(() => sync(undefined), 2, "wanted one bundle.sha256 in it");
			expect(vm.done()).toEqual([]);
		},
	);

	lab.test(
		"what people wrote by hand shows in the difference without its secrets",
		async () => {
			vm.write({
				"opt/registry/bin/hello":
					"password: hunter2\nurl: https://me:hunter3@x/\n$2y$05$abcdefghijklmnopqrstuv\n",
			});
			const ran = await sync(whole(), {}, "--dry-run");
			expect(ran.code).toBe(0);
			expect(ran.stdout).toContain("-password: (hidden)");
			expect(ran.stdout).not.toMatch(/hunter|abcdefgh/);
			expectExit(await sync(whole()), 0);
		},
	);

	lab.test(
		"another host key, another key, nobody there, no secret: nothing is touched",
		async () => {
			const other = newKey(lab.folder, "other");
			const port = String(vm.sshd.port);
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
						REGISTRY_KNOWN_HOSTS: vm.sshd.knownHosts.replace(port, "1"),
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
				const ran = await refused(
					() => sync(script("three"), { VAULT_JWT_FILE: "/nowhere", ...env }),
					code,
					"",
				);
				expect(ran.stderr).toContain(message);
				expect(ran.stdout + ran.stderr).not.toContain("PRIVATE KEY");
			}
			expect(vm.done()).toEqual([]);
		},
	);

	lab.test("the lock that another holds is waited for", async () => {
		const lock = vm.path("opt/registry/.lock");
		const holder = await lab.start({
			name: "lock-holder",
			command: "flock",
			// -o: the command does not hold it, so it ends with flock
			args: ["-o", lock, "sleep", "20"],
			ready: async () =>
				(await runProgram("flock", ["-n", lock, "true"])).code === 1,
		});
		await refused(
			() => sync(script("four"), { LOCK_WAIT: "1" }),
			3,
			/waiting for the lock[\s\S]*not free within 1 s; nothing was touched/,
		);
		const waiting = sync(script("four"));
		await eventually(
			"it waits",
			async () => running(`root=${vm.root}`, "part=work"),
			(pids) => pids.length > 0,
		);
		await holder.stop();
		const ran = await waiting;
		expectExit(ran, 0);
		expect(managed()).toMatchObject(script("four"));
		vm.done();
	});

	/** A change of a script, of a registry and of nginx. */
	const changed = (text: string): Files => ({
		...script(text),
		"opt/registry/config-a.yml": config("a", `# ${text}`),
		"opt/registry/nginx.conf": `${nginx(ports.a)}# ${text}\n`,
	});

	/** Starts a sync that takes long over its containers, and waits until it is at them. */
	async function begun(text: string): Promise<readonly [Promise<Finished>]> {
		vm.setSlow(1);
		vm.done();
		const run = sync(changed(text));
		await eventually(
			"a container is bounced",
			async () => vm.done(),
			(lines) => lines.includes("up registry-a"),
		);
		return [run];
	}
	const kill = (...texts: readonly string[]) => {
		const pids = running(...texts);
		expect(pids.length).toBeGreaterThan(0);
		for (const pid of pids) process.kill(pid, "SIGKILL");
	};

	lab.test(
		"the work is killed in the middle: its parent puts the old state back",
		async () => {
			const before = managed();
			const [run] = await begun("five");
			kill(`root=${vm.root}`, "part=work");
			const ran = await run;
			expectExit(ran, 1);
			expect(ran?.stdout).toMatch(/the work was killed[\s\S]*rolled back/);
			expect(managed()).toEqual(before);
			expect(await front()).toBe(200);
		},
	);

	lab.test(
		"the pipeline is killed in the middle: the new state is completed",
		async () => {
			const [run] = await begun("six");
			kill("ssh", `${vm.sshd.user}@127.0.0.1`, vm.root);
			const cut = await run;
			expectExit(cut, 3);
			expect(cut.stderr).toContain("the connection broke");
			await eventually(
				"the work ends",
				async () => running(`root=${vm.root}`),
				(pids) => pids.length === 0,
			);
			expect(managed()).toMatchObject(changed("six"));
			expect(await front()).toBe(200);
		},
	);

	lab.test(
		"the machine goes down in the middle: the next run puts the old state back first",
		async () => {
			const before = managed();
			const [run] = await begun("seven");
			kill(`root=${vm.root}`);
			expect((await run)?.code).not.toBe(0);
			vm.setSlow(0);
			expect(managed()).not.toEqual(before);
			const ran = await sync(changed("six"), {}, "--dry-run");
			expect(ran.stdout).toMatch(
				/an earlier run was cut short[\s\S]*rolled back/,
			);
			const { "opt/registry/bin/hello": hello } = managed();
			expect(hello).toBe(before["opt/registry/bin/hello"]);
			expect(managed()).toEqual(before);
			expect(await front()).toBe(200);
		},
	);
});
