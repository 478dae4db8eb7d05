import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compareFiles } from "../../stacks/compare-files";

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "compare-"));
	mkdirSync(join(root, "generated/alerts/old"), { recursive: true });
	mkdirSync(join(root, "docs"));
});
afterEach(() => rmSync(root, { recursive: true }));
const write = (path: string, text: string) =>
	writeFileSync(resolve(root, path), text);

test("nothing differs", () => {
	write("generated/alerts/a.yml", "a\n");
	expect(compareFiles({ "generated/alerts/a.yml": "a\n" }, root)).toEqual([]);
});

test("missing, differing and stale files are named; folders below and other folders are left alone", () => {
	write("generated/alerts/changed.yml", "by hand\n");
	write("generated/alerts/stale.yml", "gone\n");
	write("generated/alerts/old/kept.yml", "not ours\n");
	write("docs/kept.md", "not ours\n");
	const rendered = {
		"generated/alerts/changed.yml": "new\n",
		"generated/alerts/missing.yml": "x\n",
		"generated/dashboards/d.json": "{}\n",
		"docs/reference.md": "r\n",
	};
	expect(compareFiles(rendered, root)).toEqual([
		{ path: "docs/reference.md", kind: "missing" },
		{ path: "generated/alerts/changed.yml", kind: "differs" },
		{ path: "generated/alerts/missing.yml", kind: "missing" },
		{ path: "generated/alerts/stale.yml", kind: "stale" },
		{ path: "generated/dashboards/d.json", kind: "missing" },
	]);
});

test("in .woodpecker only files with our mark are ours: others are never written over and never removed", () => {
	const ours = "# generated, edit lib/pipelines/a.ts\n";
	for (const folder of [
		"generated/.woodpecker",
		"infra/.woodpecker",
		join(root, "absolute/.woodpecker"),
	]) {
		mkdirSync(resolve(root, folder), { recursive: true });
		write(`${folder}/changed.yml`, `${ours}old: true\n`);
		write(`${folder}/gone.yml`, ours);
		write(`${folder}/hand-written.yml`, "steps: []\n");
		write(`${folder}/same-name.yml`, "steps: []\n");
		const rendered = {
			[`${folder}/changed.yml`]: ours,
			[`${folder}/new.yml`]: ours,
			[`${folder}/same-name.yml`]: ours,
		};
		expect(compareFiles(rendered, root)).toEqual([
			{ path: `${folder}/changed.yml`, kind: "differs" },
			{ path: `${folder}/gone.yml`, kind: "stale" },
			{ path: `${folder}/new.yml`, kind: "missing" },
			{ path: `${folder}/same-name.yml`, kind: "foreign" },
		]);
	}
});

test("the registry host's folder is ours with all below it, also what nothing renders there any more", () => {
	const nodes = "generated/registry-host/nodes/etc/containerd/certs.d";
	for (const host of ["ghcr.io", "quay.io"]) {
		mkdirSync(join(root, nodes, host), { recursive: true });
		write(`${nodes}/${host}/hosts.toml`, "h\n");
	}
	expect(
		compareFiles({ [`${nodes}/quay.io/hosts.toml`]: "h\n" }, root),
	).toEqual([{ path: `${nodes}/ghcr.io/hosts.toml`, kind: "stale" }]);
});

test("of another repository only the copy of the bundle is ours", () => {
	for (const infra of ["infra", join(root, "absolute")]) {
		const host = `${infra}/generated/registry-host`;
		for (const folder of ["vm/etc", "vm/opt", "nodes"]) {
			mkdirSync(resolve(root, host, folder), { recursive: true });
			write(`${host}/${folder}/old`, "o\n");
		}
		expect(compareFiles({ [`${host}/vm/opt/new`]: "n\n" }, root)).toEqual([
			{ path: `${host}/vm/etc/old`, kind: "stale" },
			{ path: `${host}/vm/opt/new`, kind: "missing" },
			{ path: `${host}/vm/opt/old`, kind: "stale" },
		]);
	}
});

test("a script that cannot be run differs", () => {
	write("docs/tool", "#!/bin/sh\n");
	expect(compareFiles({ "docs/tool": "#!/bin/sh\n" }, root)).toEqual([
		{ path: "docs/tool", kind: "differs" },
	]);
	chmodSync(join(root, "docs/tool"), 0o755);
	expect(compareFiles({ "docs/tool": "#!/bin/sh\n" }, root)).toEqual([]);
});

test("one trailing byte is a difference", () => {
	write("docs/reference.md", "r\n\n");
	expect(compareFiles({ "docs/reference.md": "r\n" }, root)).toEqual([
		{ path: "docs/reference.md", kind: "differs" },
	]);
});
