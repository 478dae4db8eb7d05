import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseLintCommand, runLint } from "../../lib/cli/lint-command";
import { renderLintReference } from "../../lib/cli/lint-reference";
import { HOST_RULES } from "../../lib/registry-host/lint/host-rules";
import { WORKFLOW_RULES } from "../../lib/woodpecker/problem";

const folder = mkdtempSync(join(tmpdir(), "lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file below the folder and returns its path. */
function file(name: string, text: string | Buffer): string {
	const path = join(folder, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
	return path;
}

function lint(...argv: string[]) {
	let out = "";
	let err = "";
	const code = runLint(argv, {
		version: "1.2.3",
		out: (text) => {
			out += text;
		},
		log: (line) => {
			err += `${line}\n`;
		},
	});
	return { code, out: out.replaceAll(folder, ""), err };
}

const GC = "0 3 * * 0 docker exec r registry garbage-collect -m c.yml\n";
const WORKFLOW = `when:
  - event: manual
steps:
  - name: a
    image: alpine:3.20
    commands: [echo a]
`;

describe("the command line", () => {
	test.each<[string[], string | undefined]>([
		[["a.yml", "--json"], undefined],
		[["--json", "a.yml", "b"], undefined],
		[["--help"], undefined],
		[["-h"], undefined],
		[["--", "--json"], undefined],
		[[], "lint: got no file, wanted files or folders"],
		[["--jsn", "a"], "--jsn: got it, wanted --json or --help"],
		[["--json=yes", "a"], "--json: got yes, wanted --json or --help"],
	])("%j", (argv, mistake) => {
		expect(parseLintCommand(argv).mistakes).toEqual(mistake ? [mistake] : []);
	});

	test("mistakes are usage: exit 2, nothing on stdout", () => {
		expect(lint()).toEqual({
			code: 2,
			out: "",
			err: "lint: got no file, wanted files or folders\n",
		});
		expect(lint("--help")).toMatchObject({ code: 0, err: "" });
	});
});

describe("files and folders", () => {
	test("errors are exit 1, warnings 0; every line says where, what and what instead", () => {
		const crontab = file("one/crontab", GC);
		const { code, out } = lint(crontab);
		expect(code).toBe(1);
		expect(out).toMatch(
			/^\/one\/crontab:1: error: gc-delete-untagged: got garbage-collect -m c\.yml\n {4}leave -m /,
		);
		expect(out).toMatch(/\n1 files, 1 errors, 1 warnings\n$/);
		const quiet = file("two/c.yml", "services: {r: {image: registry:2.8.3}}\n");
		expect(lint(quiet).code).toBe(0);
		expect(lint(quiet).out).toMatch(/warning: missing-healthcheck: /);
	});

	test("a folder is all that is in it, but for what somebody else wrote; what has no rules is passed over", () => {
		file("three/vm/etc/crontab", GC);
		file("three/node_modules/x/crontab", GC);
		file("three/.git/crontab", GC);
		file("three/README.md", GC);
		file("three/program.ts", GC);
		symlinkSync(join(folder, "three"), join(folder, "three/vm/loop"));
		const { out } = lint(join(folder, "three"));
		expect(out.match(/gc-delete-untagged: got/g)).toHaveLength(1);
		expect(out).toMatch(/^1 files/m);
	});

	test("what lies among workflows and cannot be looked at is told: Woodpecker reads it too", () => {
		file("seven/.woodpecker/a.yml", WORKFLOW);
		file("seven/.woodpecker/empty.yml", "");
		file("seven/empty.yml", "");
		const { code, out } = lint(join(folder, "seven"));
		expect(code).toBe(1);
		expect(out.match(/.*not-linted: got an empty file/g)).toEqual([
			"/seven/.woodpecker/empty.yml:1: error: not-linted: got an empty file",
		]);
	});

	test("a file that is named twice is looked at once", () => {
		const path = file("four/crontab", GC);
		const other = `${dirname(path)}/./crontab`;
		expect(lint(path, other, `${dirname(path)}/`).out).toMatch(
			/\n1 files, 1 errors/,
		);
	});

	test("workflows of one folder are a set, those of two are not", () => {
		file("five/.woodpecker/a.yml", WORKFLOW);
		file("five/.woodpecker/b.yml", WORKFLOW);
		file("six/.woodpecker/c.yml", WORKFLOW);
		const both = lint(join(folder, "five"));
		expect(both.code).toBe(1);
		expect(both.out).toContain("manual-clash");
		expect(
			lint(join(folder, "five/.woodpecker/a.yml"), join(folder, "six")).out,
		).not.toContain("manual-clash");
	});

	test("host files and workflows in one run, as JSON", () => {
		const paths = [
			file("seven/crontab", GC),
			file("seven/.woodpecker.yml", WORKFLOW.replace("alpine:3.20", "alpine")),
		];
		const { code, out } = lint("--json", ...paths);
		expect(code).toBe(1);
		const result = JSON.parse(out);
		expect(result).toMatchObject({
			schema: 1,
			version: "1.2.3",
			command: "lint",
			errors: 2,
			warnings: 1,
			files: [
				{ file: "/seven/crontab", kind: "crontab" },
				{ file: "/seven/.woodpecker.yml", kind: "workflow" },
			],
		});
		for (const problem of result.problems)
			expect(Object.keys(problem).sort()).toEqual([
				"file",
				"fix",
				"line",
				"proof",
				"reason",
				"rule",
				"severity",
				"why",
			]);
	});
});

describe("what cannot be looked at says so, and the rest is looked at", () => {
	const bad: [string, () => string, string][] = [
		[
			"that is not there",
			() => join(folder, "nowhere"),
			"there is no such file",
		],
		[
			"that is empty",
			() => file("bad/empty.yml", "\n \n"),
			"got an empty file",
		],
		[
			"of bytes",
			() => file("bad/bytes.yml", Buffer.from([0x61, 0, 1, 2])),
			"got bytes that are no text",
		],
		[
			"in another encoding",
			() => file("bad/latin.yml", Buffer.from([0x61, 0xe9, 0x62])),
			"got bytes that are no text",
		],
		[
			"that is too large",
			() => file("bad/large.yml", Buffer.alloc(1024 * 1024 + 1, 97)),
			"got 1048577 bytes, wanted at most 1048576",
		],
		[
			"with tabs",
			() => file("bad/tabs.yml", "services:\n\ta: 1\n"),
			"as compose: Tabs are not allowed",
		],
		[
			"that is a workflow without end",
			() => file("bad/deep.yml", `steps: ${"[".repeat(5000)}`),
			"got more than 200 levels",
		],
		[
			"that is a link to itself",
			() => {
				const path = join(folder, "self");
				symlinkSync(path, path);
				return path;
			},
			"is a link that leads to itself",
		],
	];
	test.each(bad)("a file %s", (_, make, reason) => {
		const { code, out } = lint(make(), file("bad/crontab", GC));
		expect(code).toBe(1);
		expect(out).toContain(`error: not-linted: ${reason}`);
		expect(out).toContain("gc-delete-untagged: got");
	});

	test("a device: it would never end", () => {
		expect(lint("/dev/zero").out).toContain("got no regular file");
	});

	test("a kind without rules is a warning where it was named", () => {
		const path = file("bad/notes.txt", "hello\n");
		expect(lint(path)).toMatchObject({
			code: 0,
			out: expect.stringContaining("warning: not-linted: got a file of a kind"),
		});
	});

	test("a folder that may not be read", () => {
		const path = join(folder, "locked");
		mkdirSync(path);
		chmodSync(path, 0);
		const { out } = lint(path);
		chmodSync(path, 0o700);
		// root reads it all the same
		const isRoot = process.getuid?.() === 0;
		expect(out).toContain(isRoot ? "0 files" : "may not be read");
	});

	test("a byte order mark and Windows line ends are no reason", () => {
		const path = file("bad/dos", `\uFEFF${GC.replace("\n", "\r\n")}`);
		expect(lint(path).out).toContain("gc-delete-untagged: got");
	});

	test("control characters of a file do not reach the terminal", () => {
		const path = file(
			"bad/esc.yml",
			'services: {"a\\e[31m": {image: "x\\e[2J"}}\n',
		);
		const { out } = lint(path);
		expect(out).toContain("floating-pin");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
		expect(out).not.toMatch(/\x1b/);
	});

	test("of thousands of problems the first two hundred, and how many more", () => {
		const { out } = lint(file("bad/many", GC.repeat(500)));
		expect(out.match(/^\/bad\/many:/gm)).toHaveLength(200);
		expect(out).toMatch(/^and \d+ more$/m);
	});
});

test("the reference names every rule once", () => {
	const rows = renderLintReference().split("\n");
	for (const rule of [
		...Object.keys(HOST_RULES),
		...Object.keys(WORKFLOW_RULES),
	]) {
		const isBoth = rule in HOST_RULES && rule in WORKFLOW_RULES;
		expect(
			rows.filter((row) => row.startsWith(`| \`${rule}\` |`)),
		).toHaveLength(isBoth ? 2 : 1);
	}
});
