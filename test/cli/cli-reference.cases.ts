import { renderCliReference } from "../../lib/cli/cli-reference";
import {
	COMMANDS,
	METRICS,
	OPTIONS,
	type Option,
	REASONS,
} from "../../lib/guard/contract";

const page = renderCliReference();

test("names every command, flag, variable, metric and reason once", () => {
	const rows = page.split("\n").filter((line) => line.startsWith("|"));
	const rowsOf = (text: string) => rows.filter((row) => row.includes(text));
	for (const each of Object.keys(COMMANDS))
		expect(rowsOf(`\`guard ${each} `)).toHaveLength(1);
	for (const { flag, env } of Object.values(OPTIONS) as Option[]) {
		if (flag)
			expect(
				rows.filter((row) => new RegExp(`^\\| \`--${flag}[ \`]`).test(row)),
			).toHaveLength(1);
		if (env)
			expect(
				rows.filter((row) => new RegExp(`\\| \`${env}[=\`]`).test(row)),
			).toHaveLength(1);
	}
	for (const { name } of Object.values(METRICS))
		expect(rowsOf(`| \`${name}\` |`)).toHaveLength(1);
	for (const reason of REASONS) expect(page).toContain(`\`${reason}\``);
});

test("its tables hold together: the same number of cells in every row", () => {
	const tables = page.match(/(^\|.*\n)+/gm) ?? [];
	expect(tables.length).toBeGreaterThan(4);
	for (const table of tables) {
		const cells = table
			.trim()
			.split("\n")
			.map((row) => row.split(/(?<!\\)\|/).length);
		expect(new Set(cells).size).toBe(1);
	}
});

test("the same bytes every time, and nothing that an editor would change", () => {
	expect(renderCliReference()).toBe(page);
	expect(page).toMatch(/[^\n]\n$/);
	expect(page).not.toMatch(/[ \t]$/m);
	expect(page).not.toMatch(/undefined|\[object/);
});
