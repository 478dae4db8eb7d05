import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageOf, PINS } from "../../lib/pins";
import { eventually } from "../support/eventually";
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
				([path]) => !/\/\.lock$|\/data\//.test(path),
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
		expect(ran).toMatchObject({ code });
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
		expect(ran).toMatchObject({ code: 0 });
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
		expect(ran).toMatchObject({ code: 0 });
		expect(ran.stdout).toMatch(/^-echo hello\n\+echo hi$/m);
		expect(vm.done()).toEqual([]);
	});

	lab.test("a registry's own file bounces that registry", async () => {
		const files = whole({ "opt/registry/config-b.yml": config("b", "# note") });
		expect(await sync(files)).toMatchObject({ code: 0 });
		expect(vm.done()).toEqual(["up registry-b"]);
	});

	lab.test("a definition bounces its service", async () => {
		const files = whole({
			"opt/registry/docker-compose.yml": compose(["a", "b"], "1"),
		});
		expect(await sync(files)).toMatchObject({ code: 0 });
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
});
