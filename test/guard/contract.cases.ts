import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	COMMANDS,
	type Command,
	METRICS,
	OPTIONS,
	type Option,
} from "../../lib/guard/contract";
import { renderHelp } from "../../lib/guard/help";
import { metricsOf } from "../../lib/guard/metrics";
import type { ProbeResult } from "../../lib/guard/probe";

const names = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
const options: readonly Option[] = Object.values(OPTIONS);

/** The runtime's sources, the contract itself apart. */
const sources = readdirSync("lib/guard", { recursive: true, encoding: "utf8" })
	.filter((each) => each.endsWith(".ts") && !each.startsWith("contract"))
	.map((each) => readFileSync(join("lib/guard", each), "utf8"));

describe("options", () => {
	test.each(names)("%s is read by the runtime, through the table", (name) => {
		expect(sources.some((text) => text.includes(`"${name}"`))).toBe(true);
	});

	test("flags and variables are unique, and each option has one of the two", () => {
		for (const key of ["flag", "env"] as const) {
			const given = options.flatMap((each) => each[key] ?? []);
			expect(new Set(given).size).toBe(given.length);
		}
		expect(options.filter(({ flag, env }) => !flag && !env)).toEqual([]);
	});

	test("a variable without a flag has a placeholder, and no variable is a bare switch", () => {
		for (const { flag, env, value, help } of options) {
			if (!flag) expect([env, typeof value]).toEqual([env, "string"]);
			expect(help).not.toMatch(/\.$/);
		}
	});

	test.each(Object.keys(COMMANDS) as Command[])(
		"help of %s names its options and no others",
		(command) => {
			const help = renderHelp(command);
			for (const { flag, env, commands } of options) {
				const isOwn = commands.includes(command);
				if (flag)
					expect([flag, new RegExp(`--${flag}\\b(?!-)`).test(help)]).toEqual([
						flag,
						isOwn,
					]);
				if (env)
					expect([env, new RegExp(`\\b${env}\\b`).test(help)]).toEqual([
						env,
						isOwn ||
							help.includes(`with ${env}`) ||
							(env === "REGISTRY_PLAIN_HTTP" && isOwn),
					]);
			}
			for (const line of help.split("\n"))
				expect(line.length).toBeLessThanOrEqual(110);
		},
	);
});

describe("metrics", () => {
	test("names and labels are what Prometheus takes", () => {
		for (const { name, labels } of Object.values(METRICS)) {
			expect(name).toMatch(/^registry_[a-z_]+$/);
			for (const label of labels) {
				expect(label).toMatch(/^[a-z_]+$/);
				expect(label).not.toMatch(/digest|^job$|^instance$|^shard$/);
			}
		}
	});

	test("every family is published by some run, with exactly its labels", () => {
		const result: ProbeResult = {
			outcome: "complete",
			counts: {
				repositories: 1,
				tags: 1,
				brokenTags: 1,
				indexes: 0,
				manifests: 1,
				blobs: 1,
				requests: 1,
				bytes: 1,
				weakReads: 0,
			},
			findings: [],
			inconclusive: [],
			inconclusiveCounts: {} as never,
			listedRepositories: 1,
			listedTags: 1,
			broken: [{ repository: "r", tag: "t", reason: "missing", inUse: false }],
			catalogError: "auth",
		};
		const published = metricsOf({
			result,
			throttled: 0,
			tlsNotAfter: 1,
			finished: 0,
			durationSeconds: 0,
			version: "1",
			pullHost: "h",
		});
		for (const [family, { labels }] of Object.entries(METRICS)) {
			const series = published[family as keyof typeof METRICS];
			expect([family, series && Object.keys(series[0]?.labels ?? {})]).toEqual([
				family,
				labels,
			]);
		}
	});
});
