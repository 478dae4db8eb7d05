import { parseArgs } from "node:util";
import {
	COMMANDS,
	type Command,
	OPTIONS,
	type Option,
	type OptionName,
} from "./contract";
import { type Mistake, shown } from "./usage-error";

/** What was typed: nothing about the values is known yet. */
export interface CommandLine {
	/** undefined: none was given, or an unknown one (then there is a mistake). */
	readonly command: Command | undefined;
	readonly help: boolean;
	readonly version: boolean;
	readonly operands: readonly string[];
	/** Values of each flag in order; a switch has one empty value. */
	readonly flags: ReadonlyMap<OptionName, readonly string[]>;
	readonly mistakes: readonly Mistake[];
}

const NAMES = Object.keys(OPTIONS) as OptionName[];
const BY_FLAG = new Map<string, OptionName>(
	NAMES.flatMap((name) => {
		const { flag }: Option = OPTIONS[name];
		return flag === undefined ? [] : [[flag, name] as const];
	}),
);

/** Splits argv (without node and script) into command, operands and flags; every mistake is collected, nothing throws. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
	const { tokens } = parseArgs({
		args: [...argv],
		// not strict: strict stops at the first mistake
		strict: false,
		allowPositionals: true,
		tokens: true,
		options: {
			help: { type: "boolean", short: "h" },
			version: { type: "boolean" },
			...Object.fromEntries(
				[...BY_FLAG].map(([flag, name]) => [
					flag,
					{ type: (OPTIONS[name] as Option).value ? "string" : "boolean" },
				]),
			),
		},
	});
	const operands = tokens.flatMap((token) =>
		token.kind === "positional" ? [token.value] : [],
	);
	const word = operands.shift();
	const mistakes: Mistake[] = [];
	const command = commandOf(word, mistakes);
	const flags = new Map<OptionName, string[]>();
	let help = false;
	let version = false;
	for (const token of tokens) {
		if (token.kind !== "option") continue;
		if (token.name === "help") help = true;
		else if (token.name === "version") version = true;
		else {
			const name = BY_FLAG.get(token.name);
			const mistake = mistakeOf(token, name, command);
			if (mistake) mistakes.push(mistake);
			else if (name)
				flags.set(name, [...(flags.get(name) ?? []), token.value ?? ""]);
		}
	}
	return { command, help, version, operands, flags, mistakes };
}

function commandOf(
	word: string | undefined,
	mistakes: Mistake[],
): Command | undefined {
	if (word !== undefined && Object.hasOwn(COMMANDS, word))
		return word as Command;
	mistakes.push({
		what:
			word === undefined ? "no command given" : `command: got ${shown(word)}`,
		wanted: `one of ${Object.keys(COMMANDS).join(", ")}`,
		next: "see guard --help",
	});
	return undefined;
}

interface OptionToken {
	readonly rawName: string;
	readonly value?: string | undefined;
	readonly inlineValue?: boolean | undefined;
}

function mistakeOf(
	token: OptionToken,
	name: OptionName | undefined,
	command: Command | undefined,
): Mistake | undefined {
	const what = shown(token.rawName).slice(1, -1);
	if (name === undefined)
		return {
			what: `${what}: no such flag`,
			wanted: "a flag of the help",
			next: `see guard ${command ?? ""}${command ? " " : ""}--help`,
		};
	const option: Option = OPTIONS[name];
	if (command && !option.commands.includes(command))
		return {
			what: `${what}: no flag of ${command}`,
			wanted: `it only with ${option.commands.join(", ")}`,
			next: `leave it out, or see guard ${command} --help`,
		};
	if (!option.value)
		return token.value === undefined
			? undefined
			: {
					what: `${what}: got a value`,
					wanted: "none, it is a switch",
					next: `write ${what} alone, or leave it out`,
				};
	// `--instance --json`: the next flag was taken for the value
	const swallowed = !token.inlineValue && token.value?.startsWith("-");
	return token.value && !swallowed
		? undefined
		: {
				what: `${what}: value missing`,
				wanted: option.value,
				next: `write ${what} ${option.value}${swallowed ? ` (${what}=VALUE where it begins with a dash)` : ""}`,
			};
}
