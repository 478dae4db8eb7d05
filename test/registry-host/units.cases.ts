import { GC_METRICS } from "../../lib/guard/contract";
import { bundleHashes } from "../../lib/registry-host/bundle-hashes";
import { dnsFiles } from "../../lib/registry-host/dns-files";
import { hostDns } from "../../lib/registry-host/host-dns";
import type { HostFile } from "../../lib/registry-host/host-file";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import { hostScripts } from "../../lib/registry-host/host-scripts";
import { hostTimers, hostUnits } from "../../lib/registry-host/host-units";
import { registryHost } from "../../lib/registry-host/registry-host";
import { unitValues } from "../support/unit-file";

const GHCR: HostRegistryProps = { name: "ghcr", kind: "pull-through" };
const PRIVATE: HostRegistryProps = { name: "private", kind: "private" };

const host = (...registries: HostRegistryProps[]) =>
	registryHost({
		host: "registry.lab.test",
		address: "10.0.20.10",
		registries,
	});
const BOTH = host(GHCR, PRIVATE);

function textOf(files: readonly HostFile[], name: string): string {
	const found = files.find(({ path }) => path.endsWith(`/${name}`));
	if (!found) throw new Error(`no ${name}`);
	return found.text;
}
const service = (name: string, key: string) =>
	unitValues(textOf(hostUnits(BOTH), name), "Service", key);

describe("units", () => {
	test("one that starts and stops everything", () => {
		const unit = "docker-compose-registry.service";
		expect(service(unit, "Type")).toEqual(["oneshot"]);
		expect(service(unit, "RemainAfterExit")).toEqual(["yes"]);
		expect(service(unit, "WorkingDirectory")).toEqual(["/opt/registry"]);
		expect(service(unit, "ExecStart")).toEqual([
			"docker compose up -d --remove-orphans",
		]);
		// a config sync that was cut short is taken back first; nothing that goes wrong with that keeps the registries down
		expect(service(unit, "ExecStartPre")).toEqual([
			"-/bin/sh -c 'test ! -e /opt/registry/.sync/undo/run || exec /bin/bash /opt/registry/.sync/undo/run /opt/registry/.sync/undo base=opt/registry lock_wait=60 health=60 part=recover'",
		]);
		expect(service(unit, "ExecStop")).toEqual(["docker compose down"]);
		expect(service(unit, "TimeoutStartSec")).toEqual(["300"]);
	});

	test.each([
		["ghcr", "--cache"],
		["private", "--registry http://registry-private:5000"],
	])("a collection of %s, its end whatever happened", (name, gate) => {
		const collect = (action: string) =>
			`/opt/registry/bin/collect ${action} ${name} /opt/registry/data/${name} ${gate}`;
		const unit = `registry-gc-${name}.service`;
		expect(service(unit, "ExecStartPre")).toEqual([collect("begin")]);
		expect(service(unit, "ExecStart")).toEqual([
			`/usr/bin/flock -w 7200 /opt/registry/.lock ${collect("run")}`,
		]);
		expect(service(unit, "ExecStopPost")).toEqual([collect("end")]);
		// who takes all of them down waits for its end, and so does a machine that goes down for Docker's
		const text = textOf(hostUnits(BOTH), unit);
		expect(unitValues(text, "Unit", "PartOf")).toEqual([
			"docker-compose-registry.service",
		]);
		expect(unitValues(text, "Unit", "After")).toEqual([
			"docker.service docker-compose-registry.service network-online.target",
		]);
	});

	test("a timer for scan, bundle and each registry that is collected; none deletes tags", () => {
		expect(hostTimers(BOTH)).toEqual([
			"registry-scan.timer",
			"registry-bundle.timer",
			"registry-gc-ghcr.timer",
			"registry-gc-private.timer",
		]);
		expect(hostTimers(host(GHCR, { ...PRIVATE, collectAt: false }))).toEqual(
			hostTimers(host(GHCR)),
		);
	});

	test("a registry less: its two units less, and of the scripts nothing but its name", () => {
		const [more, less] = [BOTH, host(GHCR)].map(hostUnits);
		const paths = (files: readonly HostFile[] = []) =>
			files.map(({ path }) => path);
		expect(paths(more).filter((path) => !paths(less).includes(path))).toEqual([
			"vm/etc/systemd/system/registry-gc-private.service",
			"vm/etc/systemd/system/registry-gc-private.timer",
		]);
		expect(more?.filter(({ path }) => paths(less).includes(path))).toEqual(
			less,
		);
		for (const { path, text } of hostScripts(host(GHCR)))
			expect([path, /private/.test(text)]).toEqual([path, false]);
	});
});

describe("scripts", () => {
	const scripts = hostScripts(BOTH);

	test("no container gets Docker's socket, every store is mounted read-only unless links are removed", () => {
		const guard = textOf(scripts, "guard");
		for (const { text } of scripts) expect(text).not.toMatch(/docker\.sock/);
		expect(guard).toMatch(/ --read-only --cap-drop=ALL /);
		expect(guard).toContain(" --cpu-shares=128 ");
		expect(guard).toContain("-v /opt/registry/data:/opt/registry/data:$mode");
		expect(guard).toMatch(/^mode=ro user=1000:1000 network=none$/m);
		expect(guard).toContain(
			" node:24.11.1-alpine node /opt/registry/guard.mjs ",
		);
	});

	test("a store that lies elsewhere is seen as well", () => {
		const own = host(GHCR, { ...PRIVATE, data: "/srv/private" });
		expect(textOf(hostScripts(own), "guard")).toContain(
			"-v /srv/private:/srv/private:$mode",
		);
		expect(textOf(hostScripts(own), "scan")).toMatch(
			/^scan ghcr \/opt\/registry\/data\/ghcr --cache\nscan private \/srv\/private$/m,
		);
	});

	test("collections are plain: never -m", () => {
		const collect = textOf(scripts, "collect");
		const runs = collect.match(/garbage-collect .*/g) ?? [];
		expect(runs).toEqual([
			expect.stringMatching(/^garbage-collect "\$@" \/etc\/docker\/registry/),
		]);
		expect(collect).toMatch(/^ {2}registry --dry-run >/m);
		expect(collect).toMatch(/^ {2}registry >/m);
		expect(collect).not.toMatch(/delete-untagged| -m\b/);
	});

	test("the metrics are the contract's", () => {
		const text = textOf(scripts, "collect");
		const own = Object.entries(GC_METRICS).filter(
			([name]) => name !== "lost" && name !== "openSince",
		);
		for (const [, { name }] of own) expect(text).toContain(`# TYPE ${name} `);
		expect(new Set(text.match(/registry_guard_gc_[a-z_]+(?=[{ ])/g))).toEqual(
			new Set(own.map(([, { name }]) => name)),
		);
	});

	test("the old name of the blob fixer is two lines", () => {
		expect(textOf(scripts, "fix-broken-blobs.sh")).toBe(
			'#!/bin/sh\nexec /opt/registry/bin/guard scan --fix-layer-links "$@"\n',
		);
	});
});

describe("DNS files", () => {
	const netplan = (path: string, files: readonly HostFile[]) =>
		files.find((each) => each.path === `vm/etc/netplan/${path}`)?.text;

	test("nameservers only: the link's own file is cloud-init's", () => {
		const files = dnsFiles(hostDns({}, "10.0.20.10"));
		expect(files.map(({ path }) => path)).toEqual([
			"vm/etc/netplan/90-registry-dns.yaml",
			"vm/etc/systemd/resolved.conf.d/10-internal-dns.conf",
		]);
		expect(netplan("90-registry-dns.yaml", files)).not.toMatch(/routes|dhcp/);
	});

	test("with addresses and routes the link's file is ours, and its servers stand in one file alone", () => {
		const files = dnsFiles(
			hostDns(
				{
					addresses: ["10.0.20.10/24"],
					routes: [{ to: "default", via: "10.0.20.1" }],
				},
				"10.0.20.10",
			),
		);
		expect(netplan("50-cloud-init.yaml", files)).toMatch(/addresses:\n +- "10/);
		expect(netplan("50-cloud-init.yaml", files)).not.toMatch(/nameservers/);
		expect(netplan("90-registry-dns.yaml", files)).toMatch(/nameservers/);
	});
});

test("the manifest lists every other file of the VM, as seen from /", () => {
	const files: readonly HostFile[] = [
		{ path: "vm/opt/registry/b", text: "b", mode: 0o644 },
		{ path: "vm/etc/a", text: "a", mode: 0o644 },
		{ path: "nodes/etc/c", text: "c", mode: 0o644 },
	];
	const hash = (text: string) => text.repeat(64);
	expect(bundleHashes(BOTH, files, hash)).toEqual({
		path: "vm/opt/registry/bundle.sha256",
		mode: 0o644,
		text: `${hash("a")}  etc/a\n${hash("b")}  opt/registry/b\n`,
	});
});
