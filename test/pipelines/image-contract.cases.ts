import { existsSync, readFileSync } from "node:fs";
import { imageOf, PINS } from "../../lib/pins";
import { pipelineWorkflows } from "../../lib/pipelines/pipeline-workflows";
import type { Step } from "../../lib/woodpecker/workflow";
import { programsOf, programsOfDockerfile } from "../support/image-programs";
import { shellCommands } from "../support/shell-commands";
import { props } from "./example";

/** Every program that a shell text calls: its own, those of the scripts it runs, and those of what these source. */
function calledBy(text: string, seen = new Set<string>()): Set<string> {
	const { programs, functions, sourced } = shellCommands(text);
	const called = new Set(programs);
	const defined = new Set(functions);
	const scripts = [...text.matchAll(/(?:^|\s)(?:ba)?sh (ci\/[\w./-]+)/gm)].map(
		([, file = ""]) => file,
	);
	const libraries = sourced.map((each) =>
		each.replace(/^"?\$\{?here\}?\//, "ci/").replace(/"$/, ""),
	);
	for (const file of [...scripts, ...libraries]) {
		if (!existsSync(file)) throw new Error(`${file}: no such script`);
		if (seen.has(file)) continue;
		seen.add(file);
		const inner = readFileSync(file, "utf8");
		for (const each of calledBy(inner, seen)) called.add(each);
		for (const each of shellCommands(inner).functions) defined.add(each);
	}
	return new Set([...called].filter((each) => !defined.has(each)));
}

const { workflows, app } = pipelineWorkflows(props);
const steps = [...workflows, app].flatMap(({ name, steps }) =>
	steps.map((step): [string, Step] => [`${name}.${step.name}`, step]),
);

test.each(steps.filter(([, { commands }]) => commands))(
	"%s: every program that it calls is in its image",
	(_name, { image, commands = [] }) => {
		const called = calledBy(commands.join("\n"));
		expect(called.size).toBeGreaterThan(0);
		const there = programsOf(image) ?? new Set();
		expect([...called].filter((program) => !there.has(program))).toEqual([]);
	},
);

test.each(steps.filter(([, { commands }]) => commands))(
	"%s: every script that it names is there",
	(_name, { commands = [] }) => {
		const files = commands
			.join("\n")
			.match(/\bci\/[\w./-]+/g)
			?.filter((file) => file !== "ci/guard.mjs");
		expect(files?.filter((file) => !existsSync(file)) ?? []).toEqual([]);
	},
);

test("a program that is taken out of the image is missed", () => {
	const dockerfile = readFileSync("ci/Dockerfile", "utf8");
	expect(programsOfDockerfile(dockerfile)).toContain("jq");
	const without = programsOfDockerfile(dockerfile.replace("    jq \\\n", ""));
	const called = calledBy("bash ci/notify");
	expect(called).toContain("jq");
	expect([...called].filter((each) => !without.has(each))).toEqual(["jq"]);
	expect(
		programsOfDockerfile(
			dockerfile.replace("ARG KUBECTL_VERSION=1.34.0\n", ""),
		),
	).not.toContain("kubectl");
});

test("the image's own text: the pinned base, the listed programs at their versions, each download named to the installer", () => {
	const dockerfile = readFileSync("ci/Dockerfile", "utf8");
	expect(dockerfile).toMatch(new RegExp(`^FROM ${imageOf(PINS.alpine)}$`, "m"));
	const versions = Object.fromEntries(
		[...dockerfile.matchAll(/^ARG ([A-Z]+)_VERSION=(\S+)$/gm)].map(
			([, name = "", version]) => [name.toLowerCase(), version],
		),
	);
	expect(versions).toEqual({
		terraform: "1.11.4",
		terragrunt: "0.99.4",
		sops: "3.9.4",
		kubectl: "1.34.0",
		vault: "1.18.1",
	});
	for (const name of Object.keys(versions))
		expect(dockerfile).toContain(`"${name}=$${name.toUpperCase()}_VERSION"`);
	expect([...programsOfDockerfile(dockerfile)]).toEqual(
		expect.arrayContaining(
			"bash curl git git-crypt jq ssh openssl unzip python3".split(" "),
		),
	);
});

describe("what a script calls, read from its text", () => {
	test.each<[string, string[]]>([
		["a; b && c || d | e &\nf", ["a", "b", "c", "d", "e", "f"]],
		[
			"if a; then b; elif ! c; then d; else e; fi >x 2>&1",
			["a", "b", "c", "d", "e"],
		],
		["while a <f; do b; done | c", ["a", "b", "c"]],
		["for x in a b; do c; done", ["c"]],
		["case $x in a | b) c ;; *) d ;;\n(e) f ;; esac; g", ["c", "d", "f", "g"]],
		['x=$(a "$(b)") y="`c`" d', ["a", "b", "c", "d"]],
		["# a\nb # c", ["b"]],
		["f() { a; }\nf; g", ["a", "g"]],
		["[[ $x =~ ^(a|b)$ ]] && c; [ x ] || d", ["c", "d"]],
		["a <<'E'\nb $(c)\nE\nd <<E\n$(e) f\nE\ng", ["a", "d", "e", "g"]],
		[
			"exec a; command b; xargs -r c; timeout 5 d",
			["a", "b", "c", "timeout", "xargs"],
		],
		[`x=(a b) y=\${z:-$(c)}; awk '{ print }' | "d"`, ["c", "awk", "d"]],
		["echo a b; cd c; a='x y' b", ["b"]],
		['cat >&2 <<<"a" && b 2>/dev/null', ["cat", "b"]],
	])("%j", (text, wanted) => {
		expect([...shellCommands(text).programs].sort()).toEqual(wanted.sort());
	});
});
