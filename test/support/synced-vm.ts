import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expectExit } from "./expect-exit";
import { freePort } from "./free-port";
import type { Lab } from "./lab";
import { type Files, RegistryVm, writeBundle } from "./registry-vm";
import { type Finished, runProgram } from "./run-program";

export const CONFIG_SYNC = join(__dirname, "../../ci/registry-config-sync");

type Programs = Readonly<
	Record<"sshd" | "nginx" | "registry2" | "docker-compose", string>
>;

/** A registry VM with two registries behind nginx, and bundles to bring it to with ci/registry-config-sync. */
export class SyncedVm {
	readonly machine: RegistryVm;
	readonly ports: Readonly<Record<"a" | "b" | "front", number>>;
	/** Where the bundle lies that was synced last. */
	readonly bundle: string;
	/** If it is there, a start of registry-a removes the file that it names. */
	readonly breaking: string;
	readonly #folder: string;

	private constructor(
		folder: string,
		machine: RegistryVm,
		ports: SyncedVm["ports"],
		breaking: string,
	) {
		this.#folder = folder;
		this.machine = machine;
		this.ports = ports;
		this.bundle = join(folder, "bundle");
		this.breaking = breaking;
	}

	static async start(lab: Lab, programs: Programs): Promise<SyncedVm> {
		const ports = {
			a: await freePort(),
			b: await freePort(),
			front: await freePort(),
		};
		const breaking = join(lab.folder, "breaking");
		const registry = (name: string) =>
			`${programs.registry2} serve "$1/opt/registry/config-${name}.yml"`;
		const machine = await RegistryVm.start(lab, programs, {
			"registry-a": `sh -c 'if [ -e ${breaking} ]; then rm -f "$(cat ${breaking})"; fi; exec ${registry("a")}' sh "$1"`,
			"registry-b": registry("b"),
			nginx: `${programs.nginx} -e stderr -g 'daemon off;' -c "$1/opt/registry/nginx.conf"`,
		});
		mkdirSync(machine.path("opt/registry/data/a"), { recursive: true });
		machine.write({ "opt/registry/data/private/_breakglass/x.tar.gz": "kept" });
		return new SyncedVm(lab.folder, machine, ports, breaking);
	}

	/** One that a first sync has brought to `whole()`, and that serves. */
	static async startSynced(lab: Lab, programs: Programs): Promise<SyncedVm> {
		const vm = await SyncedVm.start(lab, programs);
		expectExit(await vm.sync(vm.whole()), 0);
		vm.machine.done();
		expect(await vm.front()).toBe(200);
		return vm;
	}

	config(name: "a" | "b", extra = ""): string {
		const store = this.machine.path(`opt/registry/data/${name}`);
		return [
			"version: 0.1",
			`storage: {filesystem: {rootdirectory: ${store}}}`,
			`http: {addr: "127.0.0.1:${this.ports[name]}", draintimeout: 10s}`,
			extra,
		].join("\n");
	}

	/** @param extra changes the definition of registry-a. */
	compose(names: readonly string[], extra = ""): string {
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
					ports: [`127.0.0.1:${this.ports.front}:5000`],
					volumes: [
						"/opt/registry/nginx.conf:/etc/nginx/nginx.conf:ro",
						"nginx-cache:/var/cache/nginx",
					],
				},
			},
			volumes: { "nginx-cache": {} },
		});
	}

	nginx(): string {
		const folder = this.#folder;
		const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
			.map((name) => `${name}_temp_path ${folder}/nginx-${name};`)
			.join("\n");
		return `pid ${folder}/nginx.pid;
events {}
http {
access_log off;
${temp}
server { listen 127.0.0.1:${this.ports.front}; location / { proxy_pass http://127.0.0.1:${this.ports.a}; } }
}
`;
	}

	/** What the tests start from: two registries, nginx, a script, a timer. */
	whole(changes: Files = {}): Files {
		return {
			"opt/registry/docker-compose.yml": this.compose(["a", "b"]),
			"opt/registry/nginx.conf": this.nginx(),
			"opt/registry/config-a.yml": this.config("a"),
			"opt/registry/config-b.yml": this.config("b"),
			"opt/registry/bin/hello": "#!/bin/sh\necho hello\n",
			"etc/systemd/system/registry-scan.service":
				"[Service]\nType=oneshot\nExecStart=/bin/true\n",
			"etc/systemd/system/registry-scan.timer":
				"[Timer]\nOnCalendar=02:30\n[Install]\nWantedBy=timers.target\n",
			...changes,
		};
	}

	/** A change that no container sees. */
	script(text: string): Files {
		return this.whole({
			"opt/registry/bin/hello": `#!/bin/sh\necho ${text}\n`,
		});
	}

	/** A change of a script, of registry-a and of nginx. */
	changed(text: string): Files {
		return {
			...this.script(text),
			"opt/registry/config-a.yml": this.config("a", `# ${text}`),
			"opt/registry/nginx.conf": `${this.nginx()}# ${text}\n`,
		};
	}

	/** @param files the bundle; undefined: the one that lies there. */
	sync(
		files: Files | undefined,
		env: Readonly<Record<string, string>> = {},
		...args: readonly string[]
	): Promise<Finished> {
		if (files) writeBundle(this.bundle, files);
		return runProgram(CONFIG_SYNC, [...args, this.bundle], {
			...this.machine.settings,
			...env,
		});
	}

	/** Every file that a sync may touch, and what it leaves of its own. */
	managed(): Files {
		return Object.fromEntries(
			Object.entries(this.machine.files("opt/registry", "etc")).filter(
				([path]) => !/\/\.lock$|\/data\/|\/\.sync\/run-/.test(path),
			),
		);
	}

	/** Expects a run that ends so, says so, and leaves the VM as it is. */
	async refused(
		run: () => Promise<Finished>,
		code: number,
		text: string | RegExp,
	): Promise<Finished> {
		const before = this.managed();
		const pid = this.machine.pid("nginx");
		this.machine.done();
		const ran = await run();
		expectExit(ran, code);
		expect(ran.stdout + ran.stderr).toMatch(text);
		expect(this.managed()).toEqual(before);
		expect(this.machine.pid("nginx")).toBe(pid);
		return ran;
	}

	/** Status of registry-a through nginx. */
	async front(): Promise<number> {
		return (await fetch(`http://127.0.0.1:${this.ports.front}/v2/`)).status;
	}
}
