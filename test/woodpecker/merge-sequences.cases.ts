import { parseWorkflow, WorkflowSyntaxError } from "../../lib/woodpecker/parse";

const parse = (...lines: string[]) =>
	parseWorkflow("a.yml", `${lines.join("\n")}\n`);

test("an item << of a list stands for the items of the lists it names", () => {
	const { when: conditions, steps } = parse(
		"variables:",
		"  - path: &docs ['docs/**', 'README.md']",
		"  - path: &web ['web/**']",
		"when:",
		"  - event: push",
		"    path:",
		"      - ci/**",
		"      - <<: *docs",
		"      - <<: [*web, *docs]",
		"steps:",
		"  - name: a",
		"    image: alpine:3.20",
		"    commands: [ls]",
	);
	expect(conditions[0]?.path?.include).toEqual([
		"ci/**",
		"docs/**",
		"README.md",
		"web/**",
		"docs/**",
		"README.md",
	]);
	expect(steps.map(({ name }) => name)).toEqual(["a"]);
});

test("in a map << is YAML's own", () => {
	const { steps } = parse(
		"variables:",
		"  - &base { image: 'alpine:3.20', commands: [ls] }",
		"steps:",
		"  - { name: a, <<: *base }",
	);
	expect(steps[0]?.image).toBe("alpine:3.20");
});

test.each([
	["a map", "- &x { a: 1 }", "<<: *x"],
	["text", "- &x text", "<<: *x"],
	["no alias", "- &x [a]", "<<: [[b]]"],
])("%s is no list", (_, variable, item) => {
	expect(() =>
		parse(
			"variables:",
			`  ${variable}`,
			"when:",
			"  - event: push",
			"    path:",
			`      - ${item}`,
			"      - b",
			"steps: []",
		),
	).toThrow(WorkflowSyntaxError);
});

test("lists that double at each level end", () => {
	const levels = Array.from(
		{ length: 30 },
		(_, n) => `  - &l${n + 1} [ <<: *l${n}, <<: *l${n} ]`,
	);
	expect(() => parse("variables:", "  - &l0 [a]", ...levels)).toThrow(
		"got more than 10000 items",
	);
});
