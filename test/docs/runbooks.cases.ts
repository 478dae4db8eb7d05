import { ALERTS } from "../../lib/alerts/alert";
import { selectorLabels } from "../../lib/constructs/labels";
import { settings } from "../../stacks/settings";
import { foundIn, pagesOf } from "../support/pages";

const FOLDER = "docs/runbooks";
const all = pagesOf(FOLDER);
const pages = new Map(
	all.map(({ path, text }) => [path.slice(FOLDER.length + 1, -3), text]),
);
const alerts = Object.keys(ALERTS);
const models = settings.registries.map(({ model }) => model);

test("a page for each alert, and no other but the index and the rebuild", () => {
	expect([...pages.keys()].sort()).toEqual(
		[...alerts, "README", "registry-rebuild-image"].sort(),
	);
});

test("the index lists every alert with its severity", () => {
	const rows = [
		...(pages.get("README") ?? "").matchAll(
			/^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \|$/gm,
		),
	].map(([, name, file, severity]) => [name, file, severity]);
	expect(rows.sort()).toEqual(
		Object.entries(ALERTS)
			.map(([name, severity]) => [name, name, severity])
			.sort(),
	);
});

describe.each(alerts)("%s", (name) => {
	const text = pages.get(name) ?? "";

	test("symptom, confirm, what else, fix, when something else is down: in this order", () => {
		expect(text).toMatch(new RegExp(`^# ${name}\n\n\\*\\*Symptom\\.\\*\\* `));
		const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, each]) => each);
		expect(headings).toEqual([
			"Confirm",
			"What else it can be",
			"Fix",
			"When something else is down",
		]);
	});

	test("one command confirms", () => {
		const section = /^## Confirm\n+([\s\S]*?)^## /m.exec(text)?.[1] ?? "";
		expect(section).toMatch(/^```sh\n[^\n]+\n```\n/);
		expect(section.match(/^```sh$/gm)).toHaveLength(1);
	});

	test("CI, Vault and the VM down: something is said about each", () => {
		const section = text.split("## When something else is down")[1] ?? "";
		for (const each of ["CI", "Vault", "VM"])
			expect(section).toMatch(new RegExp(`\\b${each}\\b`));
	});
});

/** What the pages' commands name beside what test/stacks reads, and what of it there is. */
const { hostname, port } = new URL(settings.pushgateway.url);
const [service = "", namespace = ""] = hostname.split(".");
const NAMES: [what: string, pattern: RegExp, known: readonly string[]][] = [
	[
		"Pushgateway",
		/--raw (\S+)/g,
		[
			`/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy/metrics`,
		],
	],
	["VM", /root@([\w.-]+)/g, models.flatMap(({ address }) => address ?? [])],
	[
		"pod label",
		/-l (\S+=[\w-]+)/g,
		models.map((model) => {
			const [, label] = Object.entries(selectorLabels(model));
			return label?.join("=") ?? "";
		}),
	],
];

test.each(NAMES)(
	"every %s that a runbook names is one of the settings",
	(_, pattern, known) => {
		const named = foundIn(all, pattern);
		expect(named.length).toBeGreaterThan(0);
		expect(named.filter(({ found }) => !known.includes(found))).toEqual([]);
	},
);
