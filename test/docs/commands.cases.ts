import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLintCommand } from "../../lib/cli/lint-command";
import { parseCommandLine } from "../../lib/guard/command-line";
import { OPTIONS, type Option } from "../../lib/guard/contract";
import { parseConfig } from "../../lib/guard/parse-config";
import { foundIn, pagesOf } from "../support/pages";

const pages = pagesOf();
const options: readonly Option[] = Object.values(OPTIONS);
const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));

/** The shell that the runbooks' README sets up. */
const SHELL = {
	REGISTRY_URL: "https://registry.example.com:5050",
	REG_USER: "user",
	REG_PASS: "password",
};

/** A root to plan, in the place of the reader's own. */
const root = mkdtempSync(join(tmpdir(), "root-"));
writeFileSync(join(root, "main.tf"), "");
afterAll(() => rmSync(root, { recursive: true }));

/** The guard's arguments as a shell would split them; what a reader has to put in is put in. */
function wordsOf(command: string): string[] {
	return [...command.matchAll(/'([^']*)'|"([^"]*)"|([^\s\\]+)/g)]
		.map(([, single, double, bare]) => single ?? double ?? bare ?? "")
		.map((word) =>
			/^(REF|IMAGE)$/.test(word)
				? "registry.local/app:1"
				: /^stacks\/(STACK|\*)$/.test(word)
					? root
					: word,
		);
}

test("the guard takes every command line of its own that a page names", () => {
	const commands = foundIn(
		pages,
		/npx cdktf-registry-guard ((?:\\\n|[^\n`|;&#)])*)/g,
	);
	expect(commands.length).toBeGreaterThan(15);
	const mistakeIn = (command: string): unknown => {
		try {
			const [name, ...rest] = wordsOf(command);
			if (name === "lint") return parseLintCommand(rest).mistakes[0];
			const line = parseCommandLine(wordsOf(command));
			parseConfig(line, SHELL, () => "");
			return line.mistakes[0];
		} catch (error) {
			return error;
		}
	};
	const refused = commands
		.map(({ path, found }) => ({ path, found, mistake: mistakeIn(found) }))
		.filter(({ mistake }) => mistake !== undefined);
	expect(refused).toEqual([]);
});

test("every flag that a page names alone is the guard's", () => {
	const flags = foundIn(pages, /`--([a-z-]+)[^`]*`/g);
	expect(flags.length).toBeGreaterThan(20);
	const known = options.flatMap(({ flag }) => flag ?? []);
	// `.ci/tools --check`, `npm run bench -- --assert`
	expect(
		flags.filter(({ found }) => ![...known, "check", "assert"].includes(found)),
	).toEqual([]);
});

test("every variable that a page names in the guard's manner is the guard's", () => {
	const variables = foundIn(
		pages,
		/\b((?:REG|REGISTRY|PROBE|PUSH|TAGS_PER|MIN)_[A-Z_]+)\b/g,
	);
	expect(variables.length).toBeGreaterThan(20);
	const known = options.flatMap(({ env }) => env ?? []);
	expect(variables.filter(({ found }) => !known.includes(found))).toEqual([]);
});

test("every npm script that a page names is in package.json", () => {
	const named = foundIn(pages, /npm run ([a-z0-9]+(?::[a-z0-9]+)*)/g);
	expect(named.length).toBeGreaterThan(10);
	expect(named.filter(({ found }) => !(found in scripts))).toEqual([]);
});

test("pages use the cdktf-cli that is judged", () => {
	// not of package.json: there the fork may stand in cdktf's place
	const [, judged] =
		/cdktf-cli@([\d.]+)/.exec(readFileSync(".ci/run", "utf8")) ?? [];
	const versions = foundIn(pages, /cdktf-cli@([\w.]+\w)/g);
	expect(versions.length).toBeGreaterThan(5);
	expect(versions.filter(({ found }) => found !== judged)).toEqual([]);
});
