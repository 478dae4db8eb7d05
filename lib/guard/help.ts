import { COMMANDS, type Command, OPTIONS, type Option } from "./contract";

/** Operands of each command, as the usage line writes them. */
export const OPERANDS: Readonly<Record<Command, string>> = {
	probe: "[REGISTRY]",
	verify: "REF...",
	doctor: "[REGISTRY]",
	forget: "INSTANCE",
	scan: "[BASE]",
	gate: "open|close STATE",
	drift: "ROOTS...",
	changed: "ROOTS...",
	apply: "ROOTS...",
};

const WIDTH = 100;
const EXIT_CODES =
	"exit: 2 usage; else 3 a push failed; else 1 findings; else 3 could not look; else 0";
const OWN_EXIT_CODES: Readonly<Partial<Record<Command, string>>> = {
	scan: "exit: 2 usage; else 3 file not written; else 1 findings; else 3 could not look; else 0",
	drift:
		"exit: 2 usage; else 3 a root or the push failed; else 1 a root differs; else 0",
	changed: "exit: 2 usage; 3 git could not say; else 0",
	apply: "exit: 2 usage; 3 a root failed, or was skipped for it; else 0",
};

/** Breaks text at blanks so that it fits beside a left column. */
function wrap(left: string, column: number, text: string): string {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		if (line && column + line.length + word.length >= WIDTH) {
			lines.push(line);
			line = "";
		}
		line += `${line && " "}${word}`;
	}
	lines.push(line);
	const gap = left.length < column - 1 ? "" : `\n${" ".repeat(column)}`;
	return `${left.padEnd(gap ? 0 : column)}${gap}${lines.join(`\n${" ".repeat(column)}`)}`;
}

/** `--deadline DURATION, PROBE_DEADLINE`. */
function optionNames({ flag, env, value }: Option): string {
	const typed = flag && `--${flag}${value ? ` ${value}` : ""}`;
	return [typed, flag ? env : `${env}=${value}`]
		.filter((each) => each !== undefined)
		.join(", ");
}

/** Help of a command, or of the program; from the contract alone. */
export function renderHelp(command?: Command): string {
	if (!command) {
		const commands = (Object.keys(COMMANDS) as Command[]).map((each) =>
			wrap(`  ${each} ${OPERANDS[each]}`, 22, COMMANDS[each]),
		);
		return `usage: guard COMMAND [flags]\n\n${commands.join("\n")}\n\nguard COMMAND --help lists flags and variables; guard --version\n${EXIT_CODES}\n`;
	}
	const options = (Object.values(OPTIONS) as Option[])
		.filter((option) => option.commands.includes(command))
		.map((option) => {
			const fallback = option.default ? ` (default: ${option.default})` : "";
			return wrap(`  ${optionNames(option)}`, 44, `${option.help}${fallback}`);
		});
	return `usage: guard ${command} ${OPERANDS[command]} [flags]\n\n${COMMANDS[command]}\n\n${options.join("\n")}\n\nflags beat variables; ${OWN_EXIT_CODES[command] ?? EXIT_CODES}\n`;
}
