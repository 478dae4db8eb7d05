import { addresses, type StackJson, type Synthesized } from "./synthesized";

/** What an installation consists of: its stacks, and its generated files. */
export interface Artefacts {
	readonly synthesized: Synthesized;
	readonly generated: Readonly<Record<string, string>>;
}

/** Every artefact that differs, a line each: addresses that come and go, values that change inside those that stay, files. */
export function artefactDiff(before: Artefacts, after: Artefacts): string {
	const lines: string[] = [];
	const names = new Set([
		...before.synthesized.names,
		...after.synthesized.names,
	]);
	for (const name of names)
		lines.push(
			`stack ${name}`,
			...stackDiff(
				before.synthesized.stack(name),
				after.synthesized.stack(name),
			),
		);
	lines.push("generated files");
	const paths = new Set([
		...Object.keys(before.generated),
		...Object.keys(after.generated),
	]);
	for (const path of [...paths].sort()) {
		const [old, now] = [before.generated[path], after.generated[path]];
		if (old !== now)
			lines.push(
				`  ${old === undefined ? "new    " : now === undefined ? "gone   " : "changed"} ${path}`,
			);
	}
	return `${lines.join("\n")}\n`;
}

function stackDiff(before: StackJson, after: StackJson): string[] {
	const [old, now] = [values(before), values(after)];
	const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
	// an element that is on one side only is one line, whatever is in it
	const oneSided = paths.filter(
		(path) =>
			(old.get(path) ?? now.get(path)) === ELEMENT &&
			old.has(path) !== now.has(path),
	);
	const within = (path: string) =>
		oneSided.some(
			(each) =>
				path !== each &&
				/^[.[]/.test(path.slice(each.length)) &&
				path.startsWith(each),
		);
	return paths
		.filter((path) => old.get(path) !== now.get(path) && !within(path))
		.map((path) => {
			if (oneSided.includes(path))
				return `  ${old.has(path) ? "gone   " : "new    "} ${path}`;
			return `  changed ${path}: ${changed(old.get(path), now.get(path))}`;
		});
}

const ELEMENT = Symbol("element");

/** Scalars by path, and elements: addresses, and list items that have a name; those are walked by it, so that one more does not move all others. */
function values(stack: StackJson): Map<string, string | typeof ELEMENT> {
	const { resource, "//": _, ...rest } = stack;
	const found = new Map<string, string | typeof ELEMENT>(
		addresses(stack).map((address) => [address, ELEMENT]),
	);
	for (const value of [resource, rest]) leaves(value, "", found);
	return found;
}

function leaves(
	value: unknown,
	path: string,
	into: Map<string, string | typeof ELEMENT>,
): void {
	if (Array.isArray(value)) {
		for (const [i, each] of value.entries()) {
			const name = nameOf(each);
			const item = `${path}[${name ?? i}]`;
			if (name !== undefined) into.set(item, ELEMENT);
			leaves(each, item, into);
		}
	} else if (value !== null && typeof value === "object") {
		for (const [key, each] of Object.entries(value)) {
			if (key !== "//") leaves(each, path ? `${path}.${key}` : key, into);
		}
	} else into.set(path, JSON.stringify(value));
}

/** An alert's name is there once for each registry. */
function nameOf(
	item: {
		name?: string;
		alert?: string;
		labels?: Record<string, string>;
	} | null,
): string | undefined {
	if (item?.alert)
		return `${item.alert} ${Object.values(item.labels ?? {}).join(" ")}`;
	return item?.name;
}

type Value = string | typeof ELEMENT | undefined;

const CONTEXT = 16;
const LONG = 100;

/** Old and new value; of long ones what differs, with a little before and after. */
function changed(a: Value, b: Value): string {
	if (typeof a !== "string" || typeof b !== "string")
		return `${short(a)} -> ${short(b)}`;
	if (Math.max(a.length, b.length) <= LONG) return `${a} -> ${b}`;
	let start = 0;
	while (start < a.length && a[start] === b[start]) start++;
	let end = 0;
	while (
		end < Math.min(a.length, b.length) - start &&
		a.at(-1 - end) === b.at(-1 - end)
	)
		end++;
	const piece = (text: string) =>
		short(
			text.slice(
				Math.max(0, start - CONTEXT),
				text.length - Math.max(0, end - CONTEXT),
			),
		);
	return `${piece(a)} -> ${piece(b)}`;
}

function short(text: Value): string {
	if (typeof text !== "string") return "nothing";
	return text.length <= LONG
		? text
		: `${text.slice(0, LONG / 2)} ... ${text.slice(-LONG / 2)}`;
}
