import {
	chmodSync,
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from "node:fs";
import { join } from "node:path";
import type { HostDnsProps } from "../../lib/registry-host/host-dns";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import {
	folderPerTest,
	installBundle,
	vmBundle,
	writeVmFile,
} from "../support/vm-bundle";

const { suite, programs } = requirePrograms("netplan");
const folder = folderPerTest();

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

	const read = (path: string) => readFileSync(join(folder(), path), "utf8");
	const texts = () =>
		Object.fromEntries(
			[CLOUD_INIT, ...FILES].map((path) => [
				path,
				existsSync(join(folder(), path)) ? read(path) : undefined,
			]),
		);
	const network = () => read("run/systemd/network/10-netplan-eth0.network");
	const values = (text: string, key: string) =>
		[...text.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, v]) => v);

	async function generate() {
		const { code, stderr } = await runProgram(programs.netplan, [
			"generate",
			"--root-dir",
			folder(),
		]);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	}

	test.each([
		["nameservers only, beside cloud-init's own file", {}],
		["the whole link", WHOLE],
	])("netplan's and resolved's say the same: %s", async (_name, dns) => {
		installBundle(vmBundle({ dns }), folder());
		if (dns !== WHOLE) writeVmFile(join(folder(), CLOUD_INIT), LINK(""));
		for (const name of readdirSync(join(folder(), "etc/netplan")))
			chmodSync(join(folder(), "etc/netplan", name), 0o600);
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
		systemctl: "echo $* >>$ROOT/done",
		resolvectl: `[ $1 = dns ] || { echo $* >>$ROOT/done; exit; }; echo "Link 2 ($2): $(sed -n 's/^DNS=//p' $ROOT/run/systemd/network/10-netplan-$2.network | paste -s -d ' ')"`,
		iptables:
			'hole="-d 10.0.20.1 -j DROP"; case "$*" in "-w -I OUTPUT $hole") touch $ROOT/hole ;; "-w -D OUTPUT $hole") rm $ROOT/hole ;; "-w -C OUTPUT $hole") [ -e $ROOT/hole ] ;; *) exit 2 ;; esac',
		dig: [
			'for name; do :; done; servers=$(sed -n "s/^DNS=//p" $ROOT/run/systemd/network/10-netplan-eth0.network)',
			'[ ! -e $ROOT/silent ] || ! grep -qx "$name" $ROOT/silent || { echo ";; connection timed out; no servers could be reached"; exit 9; }',
			"[ ! -e $ROOT/kill ] || { kill -TERM $PPID; sleep 1; }",
			"for server in $servers; do case $server in 10.0.20.1) [ -e $ROOT/hole ] || { echo 192.0.2.1; exit; } ;; 94.140.14.14) [ -e $ROOT/no-fallback ] || case $name in *.lan) exit ;; *) echo 192.0.2.2; exit ;; esac ;; *) case $name in *.lan) exit ;; *) echo 192.0.2.3; exit ;; esac ;; esac; done",
		].join("\n"),
	};

	function apply(...args: string[]) {
		for (const [name, line] of Object.entries(STAND_INS))
			writeVmFile(
				join(folder(), "stand-ins", name),
				`#!/bin/bash\n${line}\n`,
				0o755,
			);
		return runProgram(join(folder(), "opt/registry/bin/dns-apply"), args, {
			REGISTRY_ROOT: folder(),
			ROOT: folder(),
			NETPLAN_PROGRAM: programs.netplan,
			DNS_PAUSE: "0",
			PATH: `${join(folder(), "stand-ins")}:${process.env.PATH}`,
		});
	}

	/** A VM with the bundle's scripts, its DNS files not yet in place. */
	function vm(dns: HostDnsProps = {}): void {
		installBundle(vmBundle({ dns }), folder());
		for (const path of FILES) rmSync(join(folder(), path), { force: true });
		rmSync(join(folder(), CLOUD_INIT), { force: true });
		writeVmFile(join(folder(), CLOUD_INIT), LINK(""), 0o600);
		writeVmFile(
			join(folder(), FILES[1]),
			"[Resolve]\nDNS=1.1.1.1\nFallbackDNS=8.8.8.8\n",
		);
		writeVmFile(
			join(folder(), FILES[0]),
			"network: {version: 2, ethernets: {eth0: {nameservers: {addresses: [1.1.1.1]}}}}\n",
			0o600,
		);
	}
	const backups = () => readdirSync(join(folder(), "root/dns-backups"));

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
		expect(existsSync(join(folder(), "hole"))).toBe(false);
		// resolved answers neither from memory nor, afterwards, from the second server
		expect(readFileSync(join(folder(), "done"), "utf8")).toBe(
			"restart systemd-resolved\nflush-caches\nrestart systemd-resolved\n",
		);
		expect(statSync(join(folder(), FILES[0])).mode & 0o777).toBe(0o600);
		const [backup = ""] = backups();
		expect(backup).toMatch(/^dns-config-backup-\d{8}-\d{6}\.tar\.gz$/);
		const old = await runProgram("tar", [
			...["-xzOf", join(folder(), "root/dns-backups", backup)],
			FILES[1],
		]);
		expect(old.stdout).toBe(before[FILES[1]]);
	});

	test("files that are not there yet: what comes is shown, and nothing else is said", async () => {
		vm();
		for (const path of FILES) rmSync(join(folder(), path), { force: true });
		const { code, stdout, stderr } = await apply("--dry-run");
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toMatch(/^\+ {8}search:$/m);
		expect(stdout).toMatch(/^\+DNS=10\.0\.20\.1$/m);
	});

	test("resolv.conf is kept for people and never put back: it may be mounted", async () => {
		vm();
		const file = join(folder(), "etc/resolv.conf");
		writeVmFile(file, "nameserver 127.0.0.53\n");
		const { ino } = statSync(file);
		writeVmFile(join(folder(), "silent"), "github.com\n");
		expect(await apply()).toMatchObject({ code: 1 });
		expect(statSync(file).ino).toBe(ino);
		const [backup = ""] = backups();
		const kept = await runProgram("tar", [
			...["-xzOf", join(folder(), "root/dns-backups", backup)],
			"etc/resolv.conf",
		]);
		expect(kept.stdout).toBe("nameserver 127.0.0.53\n");
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
		writeVmFile(join(folder(), file), content);
		const { code, stderr } = await apply();
		expect({ code, said: stderr }).toEqual({
			code: 1,
			said: expect.stringMatching(/rolled back: nothing is changed\n$/),
		});
		expect(texts()).toEqual(before);
		expect(network()).toBe(generated);
		expect(existsSync(join(folder(), "hole"))).toBe(false);
	});

	test("what one that was killed has left in the packet filter goes first", async () => {
		vm();
		writeVmFile(join(folder(), "hole"), "");
		expect(await apply()).toMatchObject({ code: 0 });
		expect(existsSync(join(folder(), "hole"))).toBe(false);
	});

	test("another file names servers too: netplan would ask both, so it is rolled back", async () => {
		vm();
		writeVmFile(
			join(folder(), CLOUD_INIT),
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
		installBundle(vmBundle({ dns }), folder());
		writeVmFile(join(folder(), "silent"), "github.com\n");
		expect(await apply()).toMatchObject({ code: 1 });
		expect(texts()).toEqual(proved);
		expect(values(network(), "DNS")).toEqual(["10.0.20.1", "94.140.14.14"]);
	});

	test("a program that is missing: nothing is begun; a rollback that fails is said", async () => {
		vm();
		const before = texts();
		const missing = await runProgram(
			join(folder(), "opt/registry/bin/dns-apply"),
			[],
			{
				REGISTRY_ROOT: folder(),
				DIG: "no-such-dig",
				NETPLAN: "true",
				RESOLVECTL: "true",
				IPTABLES: "false",
				SYSTEMCTL: "true",
			},
		);
		expect(missing).toMatchObject({
			code: 2,
			stderr: "dns-apply: no-such-dig is missing\n",
		});
		expect(texts()).toEqual(before);
		expect(await apply("--now")).toMatchObject({ code: 2 });
		writeVmFile(join(folder(), "apply-fails"), "");
		expect(await apply()).toMatchObject({
			code: 4,
			stderr: expect.stringMatching(/NOT ROLLED BACK: the old files are in /),
		});
	});
});
