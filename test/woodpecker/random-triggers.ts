import fc from "fast-check";

/** Conditions as people write them, and what may happen in the repository: for comparing two that decide. */

const EVENTS = [
	...["push", "pull_request", "tag", "manual", "cron", "deployment", "release"],
	"pull_request_closed",
];
const glob = fc.constantFrom(
	...["master", "rel/*", "rel/**", "**", "*", "m?ster", "[lm]aster"],
	...["{dev,master}", "rel/{1,2}", "!master", "[!m]*", "a**b", "**/b"],
	...["docs/**/x.md", "docs/**", "*.md", "**/*.md", "docs/*"],
);
const globs = fc.array(glob, { minLength: 1, maxLength: 2 });
const some = { requiredKeys: [] };
const isFilled = (object: object) => Object.keys(object).length > 0;
const pattern = fc.oneof(
	glob,
	globs,
	fc.record({ include: globs, exclude: globs }, some).filter(isFilled),
);
const path = fc.oneof(
	pattern,
	fc
		.record(
			{
				include: globs,
				exclude: globs,
				ignore_message: fc.constantFrom("[ALL]", "x"),
				on_empty: fc.boolean(),
			},
			some,
		)
		.filter(isFilled),
);
const evaluate = fc.constantFrom(
	...['A == ""', 'A != "1"', 'A == "1" && B == ""', 'A == "1" || B != "2"'],
	...['not (A == "1")', '!(A == "1")', 'A in ["1","x"]', 'A not in ["1"]'],
	...['A contains "1"', 'A startsWith "1" or B endsWith "2"', "A == B"],
	...['(A ?? "z") == "z"', 'CI_COMMIT_BRANCH == "master"', "true"],
	...[`CI_PIPELINE_EVENT == "push" and A == ''`, '"1" == A'],
	...['A == "1" && (B == "2" || B == "")', 'A == "1" && not (B == "2")'],
);
const condition = fc.record(
	{
		event: fc.oneof(
			fc.constantFrom(...EVENTS),
			fc.uniqueArray(fc.constantFrom(...EVENTS), {
				minLength: 1,
				maxLength: 3,
			}),
		),
		branch: pattern,
		path,
		evaluate,
		ref: fc.constantFrom("refs/heads/master", "refs/heads/*", "refs/heads/**"),
	},
	{ requiredKeys: ["event"] },
);
const when = fc.oneof(
	condition,
	fc.array(condition, { minLength: 1, maxLength: 2 }),
);

/** A workflow's `when`, perhaps one of its step, and a trigger. */
export const randomTrigger = fc.record({
	workflow: when,
	step: fc.option(when, { freq: 4, nil: undefined }),
	event: fc.constantFrom(
		...(["push", "push", "manual", "pull_request", "tag"] as const),
		...(["cron", "deployment"] as const),
	),
	branch: fc.constantFrom("master", "dev", "rel/1", "rel/1/2", "axxb"),
	paths: fc.subarray(["a.md", "docs/x.md", "docs/a/x.md", "b", "x/b"], {
		maxLength: 2,
	}),
	message: fc.constantFrom("fix", "fix [all]"),
	variables: fc.record(
		{ A: fc.constantFrom("1", "2"), B: fc.constantFrom("2", "1") },
		{ requiredKeys: [] },
	),
});
