/** A state lock that somebody else holds; null where the backend does not say. */
export interface Lock {
	readonly id: string;
	readonly who: string | null;
	readonly operation: string | null;
	/** Milliseconds since the epoch. */
	readonly created: number | null;
}

const LONGEST = 400;

/** Lines without the box that Terraform draws and the words that Terragrunt puts before them. */
function plainLines(output: string): readonly string[] {
	return output
		.split("\n")
		.map((line) =>
			line
				.replace(
					/^[\d:.]+ (?:STDOUT|STDERR|ERROR) +(?:\[[^\]]*\] *)?(?:\w+: ?)?/,
					"",
				)
				.replace(/^[│╷╵] ?/, ""),
		);
}

/** The last that a program said, for one that says it in no form of its own. */
export function lastLineOf(output: string): string | undefined {
	const line = plainLines(output)
		.map((each) => each.trim())
		.filter(Boolean)
		.at(-1);
	return line?.slice(0, LONGEST);
}

/**
 * What Terraform says went wrong, on one line: heads and explanations of its errors, without the lines of code and the
 * values it shows beside them, which may hold a secret.
 */
export function reasonIn(output: string): string | undefined {
	const lines = plainLines(output);
	const first = lines.findIndex((line) => /^\s*Error: /.test(line));
	if (first < 0) return undefined;
	const text = lines
		.slice(first)
		.map((line) => line.trim())
		.filter(
			(line) => line && !/^(\d+:|on .+ line \d+|[├│]|with .+,$)/.test(line),
		)
		.join(" ")
		.replace(/^Error: /, "");
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** The holder that a failed attempt to lock names; undefined where it failed of something else. */
export function lockIn(output: string, asked: number): Lock | undefined {
	if (!/acquiring the state lock/i.test(output)) return undefined;
	const text = plainLines(output).join("\n");
	const field = (name: string) =>
		new RegExp(`^ *${name}: +(\\S.*?) *$`, "m").exec(text)?.[1] ?? null;
	const created = readTime(field("Created"));
	// http, pg: what they print is the request that was refused; http has the holder's ID beside it
	const isOwn =
		created !== null &&
		created >= asked &&
		field("Operation") === "OperationTypePlan";
	const named = /\bID=([\w-]+)/.exec(output)?.[1];
	return isOwn || named
		? { id: named ?? "", who: null, operation: null, created: null }
		: {
				id: field("ID") ?? "",
				who: field("Who"),
				operation: field("Operation"),
				created,
			};
}

/** `2026-11-20 20:00:00.123456789 +0000 UTC`, or RFC 3339. */
export function readTime(text: string | null): number | null {
	const found = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(\.\d{1,3})?)/.exec(
		text ?? "",
	);
	return found && Date.parse(`${found[1]}T${found[2]}Z`);
}
