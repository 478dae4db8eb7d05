import { type Figure, isMet, type Result } from "./benchmark";

export interface Table {
	readonly title?: string;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

const cell = (text: string) => text.replaceAll("|", "\\|");
const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** A pipe table; the columns line up, so that it reads as well in a terminal. */
export function renderTable({ title, columns, rows }: Table): string {
	const widths = columns.map((column, i) =>
		Math.max(3, ...[column, ...rows.map((row) => row[i] ?? "")].map(width)),
	);
	const pad = (cells: readonly string[]) =>
		widths.map((wanted, i) => cell(cells[i] ?? "").padEnd(wanted));
	return [
		...(title ? [title, ""] : []),
		line(pad(columns)),
		`|${widths.map((wanted) => "-".repeat(wanted + 2)).join("|")}|`,
		...rows.map((row) => line(pad(row))),
	].join("\n");
}

const width = (text: string) => cell(text).length;

function withUnit(value: number, { digits = 2, unit }: Figure): string {
	return unit ? `${value.toFixed(digits)} ${unit}` : value.toFixed(digits);
}

function target(figure: Figure): string {
	if (figure.exactly !== undefined) return withUnit(figure.exactly, figure);
	if (figure.atMost !== undefined)
		return `<= ${withUnit(figure.atMost, figure)}`;
	return "";
}

const VERDICTS = new Map([
	[true, "met"],
	[false, "MISSED"],
]);

/** A benchmark's result as a section of docs/benchmarks.md. */
export function renderResult(name: string, result: Result): string {
	const figures = renderTable({
		columns: [name, "measured", "target", ""],
		rows: result.figures.map((figure) => [
			figure.name,
			withUnit(figure.value, figure),
			target(figure),
			VERDICTS.get(isMet(figure) as boolean) ?? "",
		]),
	});
	return [
		`### ${name}`,
		result.circumstances.join(" "),
		figures,
		...(result.tables ?? []).map(renderTable),
	].join("\n\n");
}
