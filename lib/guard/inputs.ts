import type { CommandLine } from "./command-line";
import {
	type Command,
	KUBERNETES_ENV,
	OPTIONS,
	type Option,
	type OptionName,
} from "./contract";
import { type Mistake, shown } from "./usage-error";

/** A value with the name under which it was given, for messages. */
export interface Given {
	/** `--deadline` or `PROBE_DEADLINE`. */
	readonly source: string;
	readonly text: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const SECONDS = { s: 1, m: 60, h: 3600 } as const;
/** Longest wait that a timer of node can hold is 2^31 ms; a week is more than enough. */
const LONGEST_SECONDS = 7 * 86_400;

/** Reads a file as UTF-8; throws what node:fs throws. */
export type ReadFile = (path: string) => string;

/**
 * Flags and environment of one command, read through the contract's table. Flags beat the environment, a variable that
 * is set to the empty string is not set. Mistakes are collected in `mistakes`, and a value that makes sense is returned
 * all the same, so that one run names all of them.
 */
export class Inputs {
	readonly command: Command;
	readonly mistakes: Mistake[];
	readonly operands: readonly string[];
	private readonly flags: CommandLine["flags"];
	private readonly env: Environment;
	private readonly readFile: ReadFile;

	constructor(
		command: Command,
		line: CommandLine,
		env: Environment,
		readFile: ReadFile,
	) {
		this.command = command;
		this.mistakes = [...line.mistakes];
		this.operands = line.operands;
		this.flags = line.flags;
		this.env = env;
		this.readFile = readFile;
	}

	refuse(what: string, wanted: string, next: string): void {
		this.mistakes.push({ what, wanted, next });
	}

	/** Refuses a value, which the message shows without what may be secret in it. */
	refuseValue({ source, text }: Given, wanted: string, next?: string): void {
		this.refuse(
			`${source}: got ${shown(text)}`,
			wanted,
			next ?? `correct ${source}, or leave it out for the default`,
		);
	}

	/** Flag or variable of an option; undefined where neither is given or the command does not know it. */
	given(name: OptionName): Given | undefined {
		const option: Option = OPTIONS[name];
		if (!option.commands.includes(this.command)) return undefined;
		const typed = this.flags.get(name)?.at(-1);
		if (typed !== undefined)
			return { source: `--${option.flag}`, text: typed.trim() };
		// white space around a value is what a YAML block or `echo` left behind
		const text = option.env === undefined ? "" : (this.env[option.env] ?? "");
		return text.trim() === ""
			? undefined
			: { source: String(option.env), text: text.trim() };
	}

	/** As `given`, byte for byte: for secrets. */
	raw(name: OptionName): string | undefined {
		const { env }: Option = OPTIONS[name];
		return (env && this.env[env]) || undefined;
	}

	/** Text of the file that an option names; undefined where none is named, and where it cannot be read (a mistake). */
	file(name: OptionName): string | undefined {
		const given = this.given(name);
		if (!given) return undefined;
		try {
			return this.readFile(given.text);
		} catch (error) {
			const { code = "unreadable" } = error as NodeJS.ErrnoException;
			this.refuseValue(
				given,
				`a file that can be read (${code})`,
				"correct the path or its permissions",
			);
			return undefined;
		}
	}

	/** A variable that is the system's and not ours. */
	system(name: "PATH"): string {
		return this.env[name] ?? "";
	}

	/** Where Kubernetes says that its API is. */
	kubernetes(): { host: string | undefined; port: string | undefined } {
		const [host, port] = KUBERNETES_ENV.map((name) => this.env[name]);
		return { host, port };
	}

	refuseOperandsAfter(count: number): void {
		for (const text of this.operands.slice(count))
			this.refuse(
				`operand ${shown(text)}: one too many`,
				count === 0 ? "none" : `at most ${count}`,
				"leave it out, or quote what belongs together",
			);
	}

	/** Every value of a flag or variable that takes several: separated by commas, or the flag repeated. */
	list(name: OptionName): readonly Given[] {
		const given = this.given(name);
		if (!given) return [];
		const typed = this.flags.get(name);
		const { repeatable }: Option = OPTIONS[name];
		const texts = typed && repeatable ? typed : [given.text];
		const items = texts
			.flatMap((text) => text.split(","))
			.map((text) => ({ source: given.source, text: text.trim() }))
			.filter(({ text }) => text !== "");
		if (items.length === 0) this.refuseValue(given, "at least one value");
		return items;
	}

	isOn(name: OptionName): boolean {
		if (this.flags.has(name)) return true;
		const given = this.given(name);
		if (given && given.text !== "true" && given.text !== "false")
			this.refuseValue(given, "true or false");
		return given?.text === "true";
	}

	choice<T extends string>(
		name: OptionName,
		choices: readonly T[],
	): T | undefined {
		const given = this.given(name);
		const found = choices.find((each) => each === given?.text);
		if (given && !found)
			this.refuseValue(
				given,
				choices.length === 1
					? String(choices[0])
					: `one of ${choices.join(", ")}`,
			);
		return found;
	}

	integer(name: OptionName, min: number, max = 1_000_000): number | undefined {
		const given = this.given(name);
		if (!given) return undefined;
		const value = /^\d{1,15}$/.test(given.text) ? Number(given.text) : -1;
		if (value >= min && value <= max) return value;
		this.refuseValue(given, `a whole number from ${min} to ${max}`);
		return undefined;
	}

	/** Milliseconds. */
	duration(name: OptionName): number | undefined {
		const given = this.given(name);
		if (!given) return undefined;
		const [, digits = "", unit = "s"] =
			/^(\d{1,9})(s|m|h)$/.exec(given.text) ?? [];
		const seconds = Number(digits) * SECONDS[unit as keyof typeof SECONDS];
		if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds * 1000;
		this.refuseValue(
			given,
			"a duration in s, m or h, more than zero and at most a week (90s, 10m)",
		);
		return undefined;
	}
}
