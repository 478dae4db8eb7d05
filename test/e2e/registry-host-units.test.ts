import { createHash } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { HostDnsProps } from "../../lib/registry-host/host-dns";
import type { HostFile } from "../../lib/registry-host/host-file";
import {
	type RegistryHostProps,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { unitValues } from "../support/unit-file";

const { suite, programs } = requirePrograms(
	"systemd-analyze",
	"netplan",
	"shellcheck",
);

const CACHES = ["dockerhub", "ghcr", "quay", "k8s", "kyverno"] as const;
const PROPS: RegistryHostProps = {
	host: "registry.lab.test",
	address: "10.0.20.10",
	registries: [
		...CACHES.map((name) => ({ name, kind: "pull-through" }) as const),
		{ name: "private", kind: "private" },
	],
};

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "units-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bundle(over: Partial<RegistryHostProps> = {}): readonly HostFile[] {
	return registryHostBundle(registryHost({ ...PROPS, ...over }), (text) =>
		createHash("sha256").update(text).digest("hex"),
	);
}

/** Writes the VM's files below a folder that stands for its `/`. */
function install(files: readonly HostFile[], root: string): void {
	for (const { path, text, mode } of files) {
		if (!path.startsWith("vm/")) continue;
		const file = join(root, path.slice("vm/".length));
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
		chmodSync(file, mode);
	}
}

function write(file: string, text: string, mode = 0o644): string {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
	chmodSync(file, mode);
	return file;
}

suite("units and timers", () => {
	const UNITS = "etc/systemd/system";

	async function verify(files: readonly HostFile[]) {
		install(files, "/");
		const units = join(folder, "units");
		mkdirSync(units);
		for (const { path, text } of files)
			if (path.includes(`${UNITS}/`))
				writeFileSync(join(units, basename(path)), text);
		writeFileSync(
			join(units, "docker.service"),
			"[Service]\nExecStart=/bin/true\n",
		);
		const names = readdirSync(units).map((each) => join(units, each));
		const { code, stdout, stderr } = await runProgram(
			programs["systemd-analyze"],
			["verify", ...names],
			{ SYSTEMD_UNIT_PATH: `${units}:` },
		);
		return { code, said: stdout + stderr, count: names.length };
	}

	/** What lies below the base alone: that path is real here, so that the commands of the units are. */
	const real = () => {
		const base = join(folder, "opt/registry");
		return bundle({ base }).filter(
			({ path }) => path.startsWith(`vm${base}`) || path.includes(UNITS),
		);
	};
	const below = (files: readonly HostFile[]) =>
		files.map((file) =>
			file.path.includes(UNITS)
				? { ...file, path: `vm${folder}/root/${UNITS}/${basename(file.path)}` }
				: file,
		);

	test("systemd accepts every one of them, and has nothing to say", async () => {
		expect(await verify(below(real()))).toEqual({
			code: 0,
			said: "",
			// compose, then a service and a timer of scan, bundle and six collections; the stand-in for Docker
			count: 1 + 2 * 8 + 1,
		});
	});

	test("control: it does not accept a command that is not there", async () => {
		const { code, said } = await verify(
			below(real().filter(({ path }) => !path.endsWith("/bin/collect"))),
		);
		expect(code).not.toBe(0);
		expect(said).toContain("bin/collect is not executable");
	});

	test("systemd reads the times as they are meant, in the order of the contract", async () => {
		const timers = bundle()
			.filter(({ path }) => path.endsWith(".timer"))
			.map(({ path, text }) => ({
				name: basename(path, ".timer"),
				calendar: unitValues(text, "Timer", "OnCalendar"),
			}));
		const at: [string, string][] = [];
		for (const { name, calendar } of timers) {
			expect(calendar).toHaveLength(1);
			const { code, stdout } = await runProgram(
				programs["systemd-analyze"],
				// a Monday
				["calendar", "--base-time=2026-04-20 12:00:00 UTC", ...calendar],
				{ TZ: "UTC" },
			);
			expect(code).toBe(0);
			at.push([/Next elapse: (\S+ \S+ \S+)/.exec(stdout)?.[1] ?? "", name]);
		}
		expect(
			at.filter(([, name]) => name !== "registry-bundle").sort(byTime),
		).toEqual([
			["Tue 2026-04-21 02:30:00", "registry-scan"],
			...[...CACHES, "private"].map((name, i) => [
				`Sun 2026-04-26 03:${String(5 * i).padStart(2, "0")}:00`,
				`registry-gc-${name}`,
			]),
		]);
	});

	const byTime = ([a]: [string, string], [b]: [string, string]) =>
		a.slice(4) < b.slice(4) ? -1 : 1;

	test("one lock for all that works on the stores", () => {
		const lines = bundle()
			.filter(({ path }) => /registry-(gc-.*|scan)\.service$/.test(path))
			.flatMap(({ text }) => unitValues(text, "Service", "ExecStart"));
		expect(lines).toHaveLength(7);
		for (const line of lines)
			expect(line).toMatch(
				/^\/usr\/bin\/flock -w 7200 \/opt\/registry\/\.lock \/opt\/registry\/bin\/(scan|collect run )/,
			);
	});
});

suite("scripts", () => {
	test.each([
		["the defaults", {}],
		["caches only", { registries: PROPS.registries.slice(0, 5) }],
		[
			"other places",
			{
				base: "/srv/r",
				data: "/data/r",
				registries: PROPS.registries.slice(5),
			},
		],
	])("shellcheck has nothing to say: %s", async (_name, over) => {
		const files = bundle(over).filter(({ mode }) => mode === 0o755);
		expect(files.length).toBeGreaterThan(7);
		const paths = files.map(({ path, text }) =>
			write(join(folder, path), text),
		);
		const { code, stdout } = await runProgram(programs.shellcheck, paths);
		expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
	});

	test("the bundle is held against its hashes", async () => {
		const files = bundle();
		install(files, folder);
		const look = async () => {
			const { code, stderr } = await runProgram(
				join(folder, "opt/registry/bin/bundle-matches"),
				[],
				{ REGISTRY_ROOT: folder },
			);
			expect(code).toBe(0);
			const text = readFileSync(
				join(
					folder,
					"var/lib/node_exporter/textfile/registry_guard_bundle.prom",
				),
				"utf8",
			);
			return [/^registry_guard_bundle_matches (.)$/m.exec(text)?.[1], stderr];
		};
		expect(await look()).toEqual(["1", ""]);
		// every file but the manifest itself
		for (const { path, text } of files) {
			if (!path.startsWith("vm/") || path.endsWith("bundle.sha256")) continue;
			const name = path.slice("vm/".length);
			if (name.endsWith("/bundle-matches")) continue;
			writeFileSync(join(folder, name), `${text}\n`);
			const [matches, said] = await look();
			expect([name, matches]).toEqual([name, "0"]);
			expect(said).toContain(`${name}: FAILED`);
			writeFileSync(join(folder, name), text);
		}
		rmSync(join(folder, "etc/netplan/90-registry-dns.yaml"));
		expect((await look())[0]).toBe("0");
	});
});

suite("first enabling", () => {
	const OLD = [
		"25 3 * * 0 docker exec registry-private registry garbage-collect -m /etc/docker/registry/config.yml",
		"0 2 * * * /opt/registry/cleanup-tags.sh",
		"*/30 * * * * /opt/registry/fix-broken-blobs.sh >/dev/null 2>&1",
	];
	const CRONTAB = "var/spool/cron/crontabs/root";
	let done: string;

	const script = (name: string, ...args: string[]) =>
		runProgram(join(folder, "opt/registry/bin", name), args, {
			REGISTRY_ROOT: folder,
			PATH: `${join(folder, "stand-ins")}:${process.env.PATH}`,
		});
	const text = (path: string) => readFileSync(join(folder, path), "utf8");
	const calls = () => (existsSync(done) ? readFileSync(done, "utf8") : "");

	beforeEach(() => {
		install(bundle(), folder);
		done = join(folder, "done");
		write(
			join(folder, "stand-ins/systemctl"),
			`#!/bin/sh\necho "$*" >>${done}\n`,
			0o755,
		);
		for (const path of [
			"guard.mjs",
			"htpasswd",
			"tls/fullchain.pem",
			"tls/privkey.pem",
			"secrets/private-guard.env",
		])
			write(join(folder, "opt/registry", path), "");
		write(
			join(folder, CRONTAB),
			`# m h dom mon dow\n# ${OLD[0]}\n${OLD[0]}\n@daily /root/backup.sh\n${OLD[1]}`,
			0o600,
		);
		write(join(folder, "etc/crontab"), `SHELL=/bin/sh\n  ${OLD[2]}\n`);
		write(
			join(folder, "etc/cron.d/tags"),
			"1 2 * * * root python3 -c 'import shutil; shutil.rmtree(\"/opt/registry/data/private/docker/registry/v2/repositories/a/_manifests/tags/old\")'\n",
		);
	});

	test("the old lines are listed, each with its place, and nothing is enabled", async () => {
		for (const args of [[], ["--dry-run"]]) {
			const { code, stdout, stderr } = await script("enable", ...args);
			expect(code).toBe(1);
			expect(stdout.trim().split("\n")).toEqual([
				`${folder}/${CRONTAB}:3:${OLD[0]}`,
				`${folder}/${CRONTAB}:5:${OLD[1]}`,
				`${folder}/etc/crontab:2:  ${OLD[2]}`,
				expect.stringMatching(/etc\/cron\.d\/tags:1:.*rmtree/),
			]);
			expect(stderr).toMatch(/enable --disable-old comments them out/);
			expect(stderr).toMatch(/nothing is enabled/);
		}
		expect(calls()).toBe("");
	});

	test("told to, it comments them out, keeps the old files, and enables", async () => {
		const before = text(CRONTAB);
		const dry = await script("enable", "--dry-run", "--disable-old");
		expect(dry).toMatchObject({ code: 0 });
		expect(dry.stderr).toMatch(/would be commented out/);
		expect(text(CRONTAB)).toBe(before);
		expect(calls()).toBe("");

		expect(await script("enable", "--disable-old")).toMatchObject({ code: 0 });
		const [backup = ""] = readdirSync(join(folder, "root/cron-backups"));
		expect(
			readFileSync(
				join(folder, "root/cron-backups", backup, folder, CRONTAB),
				"utf8",
			),
		).toBe(before);
		expect(text(CRONTAB).split("\n")).toEqual([
			"# m h dom mon dow",
			`# ${OLD[0]}`,
			`# disabled, the bundle's timers do this: ${OLD[0]}`,
			"@daily /root/backup.sh",
			`# disabled, the bundle's timers do this: ${OLD[1]}`,
		]);
		expect(statSync(join(folder, CRONTAB)).mode & 0o777).toBe(0o600);
		expect(readdirSync(join(folder, "etc/cron.d"))).toEqual(["tags"]);
		expect(calls().trim().split("\n")).toEqual([
			"daemon-reload",
			"enable --now docker-compose-registry.service",
			`enable --now registry-scan.timer registry-bundle.timer ${[...CACHES, "private"].map((name) => `registry-gc-${name}.timer`).join(" ")}`,
		]);
		expect(await script("old-cron")).toMatchObject({ code: 0, stdout: "" });
	});

	test("what a line does by a script, and however it deletes; but no other line", async () => {
		await script("old-cron", "--disable");
		const gc = write(
			join(folder, "root/gc.sh"),
			"#!/bin/sh\n# weekly\nfor r in a b; do docker exec $r registry garbage-collect -m /c.yml; done\n",
		);
		write(
			join(folder, "root/backup.sh"),
			"#!/bin/sh\n# not garbage-collect\nrsync -a /opt/registry/data nas:/registry\n",
		);
		const old = [
			"30 3 * * 0 root sh -c '/root/gc.sh >/dev/null'",
			"0 1 * * * root find /opt/registry/data -path '*/_manifests/tags/*' -mtime +30 -exec rm -rf {} +",
			"0 1 * * * root find /opt/registry/data/private/docker/registry/v2 -empty -delete",
			"@daily root python3 -c \"import os; os.unlink('/opt/registry/data/a/_manifests/tags/x')\"",
			"\t@weekly root docker exec r registry Garbage-Collect --delete-untagged /c.yml",
		];
		write(
			join(folder, "etc/cron.d/mix"),
			[
				"SHELL=/bin/bash",
				"0 4 * * * root /root/backup.sh",
				"0 5 * * * root tar -cf /b.tar /opt/registry/data/private/docker/registry/v2",
				"0 6 * * * root /opt/registry/bin/collect run private /opt/registry/data/private --cache",
				"0 6 * * * root docker system df",
				`  # ${old[1]}`,
				...old,
			].join("\n"),
		);
		const { code, stdout } = await script("old-cron");
		expect(code).toBe(1);
		expect(stdout.trimEnd().split("\n")).toEqual(
			old.map((line, i) => `${folder}/etc/cron.d/mix:${7 + i}:${line}`),
		);
		rmSync(gc);
	});

	test("a script of cron.weekly blocks too, and is taken away by hand", async () => {
		await script("old-cron", "--disable");
		write(
			join(folder, "etc/cron.weekly/registry"),
			"#!/bin/sh\nfor r in a b; do\n  docker exec $r registry garbage-collect -m /c.yml\ndone\n",
			0o755,
		);
		const { code, stdout, stderr } = await script("enable", "--disable-old");
		expect(code).toBe(1);
		expect(stdout).toMatch(/etc\/cron\.weekly\/registry:3:/);
		expect(stderr).toMatch(/a script, take it away by hand/);
		expect(calls()).toBe("");
	});

	test("a file that is missing is named; a registry that the bundle no longer has loses its timer", async () => {
		await script("old-cron", "--disable");
		rmSync(join(folder, "opt/registry/guard.mjs"));
		const refused = await script("enable");
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(/\/opt\/registry\/guard.mjs is missing/);
		write(join(folder, "opt/registry/guard.mjs"), "");
		for (const kind of ["timer", "service"])
			write(join(folder, `etc/systemd/system/registry-gc-old.${kind}`), "");
		expect(await script("enable")).toMatchObject({ code: 0 });
		expect(calls()).toMatch(/^disable --now registry-gc-old.timer\n/);
		expect(
			existsSync(join(folder, "etc/systemd/system/registry-gc-old.service")),
		).toBe(false);
		expect(await script("enable", "--what")).toMatchObject({ code: 2 });
	});
});

suite("DNS", () => {
	const WHOLE: HostDnsProps = {
		addresses: ["10.0.20.10/24"],
		routes: [{ to: "default", via: "10.0.20.1" }],
	};
	const CLOUD_INIT = "etc/netplan/50-cloud-init.yaml";
	const LINK = (nameservers: string) =>
		`network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: [10.0.20.10/24]\n      routes: [{to: default, via: 10.0.20.1}]\n${nameservers}`;
	const FILES = [
		"etc/netplan/90-registry-dns.yaml",
		"etc/systemd/resolved.conf.d/10-internal-dns.conf",
	] as const;

	const read = (path: string) => readFileSync(join(folder, path), "utf8");
	const texts = () =>
		Object.fromEntries(
			[CLOUD_INIT, ...FILES].map((path) => [
				path,
				existsSync(join(folder, path)) ? read(path) : undefined,
			]),
		);
	const network = () => read("run/systemd/network/10-netplan-eth0.network");
	const values = (text: string, key: string) =>
		[...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, v]) => v);

	async function generate() {
		const { code, stderr } = await runProgram(programs.netplan, [
			"generate",
			"--root-dir",
			folder,
		]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	}

	test.each([
		["nameservers only, beside cloud-init's own file", {}],
		["the whole link", WHOLE],
	])("netplan's and resolved's say the same: %s", async (_name, dns) => {
		install(bundle({ dns }), folder);
		if (dns !== WHOLE) write(join(folder, CLOUD_INIT), LINK(""));
		for (const name of readdirSync(join(folder, "etc/netplan")))
			chmodSync(join(folder, "etc/netplan", name), 0o600);
		await generate();
		const resolved = read(FILES[1]);
		expect(values(network(), "DNS")).toEqual([
			...values(resolved, "DNS"),
			...values(resolved, "FallbackDNS"),
		]);
		expect(values(network(), "Domains")).toEqual(values(resolved, "Domains"));
		expect(values(network(), "Address")).toEqual(["10.0.20.10/24"]);
		expect(values(network(), "Gateway")).toEqual(["10.0.20.1"]);
		expect(values(resolved, "DNS")).toEqual(["10.0.20.1"]);
		expect(resolved.split("\n")[1]).toBe("[Resolve]");
	});

	/** What the script asks besides netplan: answers as a resolver with the servers that netplan gave the link. */
	const STAND_INS: Readonly<Record<string, string>> = {
		netplan: `case $1 in apply) [ ! -e $ROOT/apply-fails ] && exec ${"$NETPLAN_PROGRAM"} generate --root-dir $ROOT ;; *) exec ${"$NETPLAN_PROGRAM"} "$@" ;; esac`,
		systemctl: "exit 0",
		resolvectl: `echo "Link 2 ($2): $(sed -n 's/^DNS=//p' $ROOT/run/systemd/network/10-netplan-$2.network | paste -s -d ' ')"`,
		ip: 'case "$*" in "route add blackhole 10.0.20.1") touch $ROOT/hole ;; "route del blackhole 10.0.20.1") rm $ROOT/hole ;; *) exit 2 ;; esac',
		dig: [
			'for name; do :; done; servers=$(sed -n "s/^DNS=//p" $ROOT/run/systemd/network/10-netplan-eth0.network)',
			'[ ! -e $ROOT/silent ] || ! grep -qx "$name" $ROOT/silent || { echo ";; connection timed out; no servers could be reached"; exit 9; }',
			"[ ! -e $ROOT/kill ] || { kill -TERM $PPID; sleep 1; }",
			"for server in $servers; do case $server in 10.0.20.1) [ -e $ROOT/hole ] || { echo 192.0.2.1; exit; } ;; 94.140.14.14) [ -e $ROOT/no-fallback ] || case $name in *.lan) exit ;; *) echo 192.0.2.2; exit ;; esac ;; *) case $name in *.lan) exit ;; *) echo 192.0.2.3; exit ;; esac ;; esac; done",
		].join("\n"),
	};

	function apply(...args: string[]) {
		for (const [name, line] of Object.entries(STAND_INS))
			write(join(folder, "stand-ins", name), `#!/bin/bash\n${line}\n`, 0o755);
		return runProgram(join(folder, "opt/registry/bin/dns-apply"), args, {
			REGISTRY_ROOT: folder,
			ROOT: folder,
			NETPLAN_PROGRAM: programs.netplan,
			DNS_PAUSE: "0",
			PATH: `${join(folder, "stand-ins")}:${process.env.PATH}`,
		});
	}

	/** A VM with the bundle's scripts, its DNS files not yet in place. */
	function vm(dns: HostDnsProps = {}): void {
		install(bundle({ dns }), folder);
		for (const path of FILES) rmSync(join(folder, path), { force: true });
		rmSync(join(folder, CLOUD_INIT), { force: true });
		write(join(folder, CLOUD_INIT), LINK(""), 0o600);
		write(
			join(folder, FILES[1]),
			"[Resolve]\nDNS=1.1.1.1\nFallbackDNS=8.8.8.8\n",
		);
		write(
			join(folder, FILES[0]),
			"network: {version: 2, ethernets: {eth0: {nameservers: {addresses: [1.1.1.1]}}}}\n",
			0o600,
		);
	}
	const backups = () => readdirSync(join(folder, "root/dns-backups"));

	test("applied: backed up first, asked through, the hole is closed again", async () => {
		vm();
		const before = texts();
		const dry = await apply("--dry-run");
		expect(dry).toMatchObject({ code: 0, stderr: "" });
		expect(dry.stdout).toMatch(/^\+DNS=10\.0\.20\.1$/m);
		expect(texts()).toEqual(before);

		const run = await apply();
		expect(run).toMatchObject({
			code: 0,
			stderr: expect.stringMatching(/applied: eth0 asks 10.0.20.1, then 94/),
		});
		expect(values(network(), "DNS")).toEqual(["10.0.20.1", "94.140.14.14"]);
		expect(existsSync(join(folder, "hole"))).toBe(false);
		expect(statSync(join(folder, FILES[0])).mode & 0o777).toBe(0o600);
		const [backup = ""] = backups();
		expect(backup).toMatch(/^dns-config-backup-\d{8}-\d{6}\.tar\.gz$/);
		const old = await runProgram("tar", [
			...["-xzOf", join(folder, "root/dns-backups", backup)],
			FILES[1],
		]);
		expect(old.stdout).toBe(before[FILES[1]]);
	});

	test.each([
		["the internal name is not resolved", "silent", "idrac.viktorbarzin.lan\n"],
		["the external name is not resolved", "silent", "github.com\n"],
		["the second server is silent when the first is gone", "no-fallback", ""],
		["it is told to end in the middle", "kill", ""],
	])("%s: rolled back", async (_name, file, content) => {
		vm();
		const before = texts();
		await generate();
		const generated = network();
		write(join(folder, file), content);
		const { code, stderr } = await apply();
		expect({ code, said: stderr }).toEqual({
			code: 1,
			said: expect.stringMatching(/rolled back: nothing is changed\n$/),
		});
		expect(texts()).toEqual(before);
		expect(network()).toBe(generated);
		expect(existsSync(join(folder, "hole"))).toBe(false);
	});

	test("another file names servers too: netplan would ask both, so it is rolled back", async () => {
		vm();
		write(
			join(folder, CLOUD_INIT),
			LINK("      nameservers: {addresses: [8.8.8.8]}\n"),
			0o600,
		);
		const before = texts();
		const { code, stderr } = await apply();
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/eth0 asks '8.8.8.8 10.0.20.1 94.140.14.14', wanted '10.0.20.1 94.140.14.14'/,
		);
		expect(texts()).toEqual(before);
	});

	test("the new files lay there already: the last that were proved come back", async () => {
		vm();
		expect(await apply()).toMatchObject({ code: 0 });
		const proved = texts();
		// a config sync brought the files of another model, nobody applied them yet
		const dns = { fallback: "9.9.9.9" };
		install(bundle({ dns }), folder);
		write(join(folder, "silent"), "github.com\n");
		expect(await apply()).toMatchObject({ code: 1 });
		expect(texts()).toEqual(proved);
		expect(values(network(), "DNS")).toEqual(["10.0.20.1", "94.140.14.14"]);
	});

	test("a program that is missing: nothing is begun; a rollback that fails is said", async () => {
		vm();
		const before = texts();
		const missing = await runProgram(
			join(folder, "opt/registry/bin/dns-apply"),
			[],
			{
				REGISTRY_ROOT: folder,
				DIG: "no-such-dig",
				NETPLAN: "true",
				RESOLVECTL: "true",
				IP: "true",
				SYSTEMCTL: "true",
			},
		);
		expect(missing).toMatchObject({
			code: 2,
			stderr: "dns-apply: no-such-dig is missing\n",
		});
		expect(texts()).toEqual(before);
		expect(await apply("--now")).toMatchObject({ code: 2 });
		write(join(folder, "apply-fails"), "");
		expect(await apply()).toMatchObject({
			code: 4,
			stderr: expect.stringMatching(/NOT ROLLED BACK: the old files are in /),
		});
	});
});
