/** One line of the Prometheus text format 0.0.4. */
export interface Sample {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** A gauge with its series; one without series is left out. */
export interface Family {
	readonly name: string;
	readonly help: string;
	readonly series: readonly Omit<Sample, "name">[];
}

function escapeLabel(text: string): string {
	return text
		.replaceAll("\\", "\\\\")
		.replaceAll("\n", "\\n")
		.replaceAll('"', '\\"');
}

function renderSeries(
	name: string,
	{ labels, value }: Omit<Sample, "name">,
): string {
	const pairs = Object.entries(labels).map(
		([label, text]) => `${label}="${escapeLabel(text)}"`,
	);
	return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

/** Text format 0.0.4: HELP and TYPE before the series, a line break after the last line, no series twice. */
export function renderExposition(families: readonly Family[]): string {
	return families
		.filter(({ series }) => series.length > 0)
		.map(({ name, help, series }) => {
			const escapedHelp = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
			// one series twice makes the Pushgateway refuse the whole push
			const lines = new Map(
				series.map((each) => [
					renderSeries(name, { ...each, value: 0 }),
					renderSeries(name, each),
				]),
			);
			return `# HELP ${name} ${escapedHelp}\n# TYPE ${name} gauge\n${[...lines.values()].join("")}`;
		})
		.join("");
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,?)/y;
const VALUE = /\s*(\S+)(?:\s+-?\d+)?\s*$/y;
const ESCAPES: Readonly<Record<string, string>> = {
	n: "\n",
	'"': '"',
	"\\": "\\",
};

function parseValue(text: string): number {
	if (/^[+-]?inf$/i.test(text))
		return text.startsWith("-") ? -Infinity : Infinity;
	if (/^nan$/i.test(text)) return Number.NaN;
	const value = Number(text);
	if (Number.isNaN(value))
		throw new Error(
			`exposition: got value ${text.slice(0, 40)}, wanted a number`,
		);
	return value;
}

/**
 * Reads one line; undefined for comments and empty lines.
 *
 * @throws Error where it is none of the text format.
 */
export function parseSample(line: string): Sample | undefined {
	if (/^\s*(#|$)/.test(line)) return undefined;
	NAME.lastIndex = 0;
	const name = NAME.exec(line)?.[0];
	const wrong = () =>
		new Error(
			`exposition: got ${JSON.stringify(line.slice(0, 80))}, wanted a sample`,
		);
	if (name === undefined) throw wrong();
	let at = NAME.lastIndex;
	const labels: Record<string, string> = {};
	const open = /\s*\{/y;
	open.lastIndex = at;
	if (open.test(line)) {
		at = open.lastIndex;
		for (let more = true; more; ) {
			LABEL.lastIndex = at;
			const found = LABEL.exec(line);
			if (!found) break;
			const [, label = "", text = "", comma] = found;
			labels[label] = text.replace(/\\(.)/g, (all, c) => ESCAPES[c] ?? all);
			at = LABEL.lastIndex;
			more = comma === ",";
		}
		const close = /\s*\}/y;
		close.lastIndex = at;
		if (!close.test(line)) throw wrong();
		at = close.lastIndex;
	}
	VALUE.lastIndex = at;
	const value = VALUE.exec(line)?.[1];
	if (value === undefined) throw wrong();
	return { name, labels, value: parseValue(value) };
}
