import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findIncluded } from "../../lib/cli/find-included";
import { lintFiles } from "../../lib/cli/lint-files";

const folder = mkdtempSync(join(tmpdir(), "includes-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
	const path = join(folder, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
	return path;
}

describe("what an nginx configuration includes", () => {
	const main = file("nginx.conf", "http { include conf.d/*.conf; }\n");
	file("conf.d/b.conf", "listen 5010;\n");
	file("conf.d/a.conf", "listen 5000;\n");
	file("conf.d/.hidden.conf", "listen 1;\n");
	file("conf.d/off.disabled", "listen 2;\n");
	file("sites/x/site.conf", "listen 3;\n");
	file("snippets/tls.conf", "listen 4;\n");
	file("other.conf", "listen 5;\n");

	test.each<[string, string[]]>([
		["conf.d/*.conf", ["conf.d/a.conf", "conf.d/b.conf"]],
		["/etc/nginx/conf.d/*.conf", ["conf.d/a.conf", "conf.d/b.conf"]],
		["conf.d/[a].conf", ["conf.d/a.conf"]],
		["conf.d/?.conf", ["conf.d/a.conf", "conf.d/b.conf"]],
		["sites/*/*.conf", ["sites/x/site.conf"]],
		["./snippets/tls.conf", ["snippets/tls.conf"]],
		["/opt/registry/snippets/tls.conf", ["snippets/tls.conf"]],
		["/opt/registry/other.conf", ["other.conf"]],
		// another file of that name, which is not here
		["/etc/nginx/conf.d/nginx.conf", []],
		// everything that lies about is not what /srv/nginx/*.conf means
		["/srv/nginx/*.conf", []],
		["nowhere/*.conf", []],
		["conf.d", []],
		["$dir/a.conf", []],
	])("%s", (pattern, paths) => {
		expect(findIncluded(pattern, main).map(({ path }) => path)).toEqual(
			paths.map((path) => join(folder, path)),
		);
	});

	test("is linted in its place, and is among the files; what is named too is looked at once", () => {
		const conf = file(
			"vm/nginx.conf",
			"events {}\nhttp {\nresolver 127.0.0.11 valid=10s;\ninclude conf.d/*.conf;\n}\n",
		);
		const site = file(
			"vm/conf.d/r.conf",
			"server {\nlisten 5050;\nlocation / { set $up r; proxy_pass http://$up:5000; }\nlocation /metrics { include snippets/allow.conf; }\n}\n",
		);
		const allow = file(
			"vm/snippets/allow.conf",
			"allow 10.0.0.0/8;\ndeny all;\n",
		);
		const told = [[site, 3, "host-without-port"]];
		for (const operands of [
			[conf],
			[conf, site, allow],
			[join(folder, "vm")],
		]) {
			const { files, problems } = lintFiles(operands);
			expect(problems.map((each) => [each.file, each.line, each.rule])).toEqual(
				told,
			);
			expect(files.map((each) => each.file).sort()).toEqual(
				[conf, site, allow].sort(),
			);
			expect(new Set(files.map((each) => each.kind))).toEqual(
				new Set(["nginx"]),
			);
		}
		// by itself nothing says what it is
		expect(lintFiles([allow]).problems).toMatchObject([{ rule: "not-linted" }]);
	});
});

describe("what a compose file names", () => {
	test("is found from its folder, linted with it, and is among the files", () => {
		const main = file(
			"stack/docker-compose.yml",
			"include:\n  - ui/compose.yml\n  - gone.yml\nservices:\n  r:\n    extends: {file: ../common/base.yml, service: cache}\n    env_file: [r.env]\n",
		);
		const ui = file(
			"stack/ui/compose.yml",
			`services:\n  ui:\n    image: joxit/docker-registry-ui:\${TAG}\n    environment: ["DELETE_IMAGES=\${DELETE}"]\n`,
		);
		file("stack/.env", "DELETE=true\n");
		file("stack/ui/.env", "TAG=2.5.7\n");
		const base = file(
			"common/base.yml",
			"services:\n  cache:\n    image: registry:2\n    healthcheck: {test: [CMD, x]}\n    environment: [REGISTRY_PROXY_REMOTEURL=https://x]\n",
		);
		const env = file("stack/r.env", "REGISTRY_STORAGE_DELETE_ENABLED=true\n");
		const { files, problems } = lintFiles([main]);
		expect(
			problems.map((each) => [each.file, each.line, each.rule]).sort(),
		).toEqual(
			[
				[main, 3, "include-not-followed"],
				[ui, 4, "ui-with-delete"],
				[base, 3, "floating-pin"],
				[env, 1, "proxy-with-delete"],
			].sort(),
		);
		expect(new Map(files.map(({ file, kind }) => [file, kind]))).toEqual(
			new Map([
				[main, "compose"],
				[ui, "compose"],
				[base, "compose"],
				[env, "env"],
			]),
		);
		// an env file that is named too is of a kind that is known
		expect(lintFiles([main, env]).problems).toHaveLength(4);
	});

	test("its override too, where nobody would name one of them", () => {
		const base = file(
			"over/compose.yaml",
			"services:\n  r:\n    image: registry:2.8.3\n    environment: [REGISTRY_HTTP_DEBUG_ADDR=:5001]\n",
		);
		const over = file(
			"over/docker-compose.override.yml",
			'services:\n  r:\n    healthcheck: {test: [CMD, x]}\n    ports: ["5001:5001"]\n',
		);
		const told = [[over, 4, "metrics-public"]];
		for (const operands of [[base], [base, over], [dirname(base)]]) {
			const { files, problems } = lintFiles(operands);
			expect(problems.map((each) => [each.file, each.line, each.rule])).toEqual(
				told,
			);
			expect(files).toHaveLength(2);
		}
		// of another name Compose does not look for one
		const other = file(
			"over/other.yaml",
			"services: {x: {image: a/b:1.2.3}}\n",
		);
		expect(lintFiles([other]).files).toHaveLength(1);
	});
});
