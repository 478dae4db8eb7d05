/** What a shell script calls by name, read from its text: simple commands in lists, pipelines, substitutions, functions and cases. */
export interface ShellCommands {
	/** Command words that are no keyword, builtin or function of the script itself. */
	readonly programs: ReadonlySet<string>;
	/** Functions that it defines. */
	readonly functions: ReadonlySet<string>;
	/** Files that it sources, as written. */
	readonly sourced: readonly string[];
}

const THEN_COMMAND = new Set(
	"if then elif else do while until ! { } time".split(" "),
);
const AFTER = new Set(["fi", "done"]);
/** Their operand is a command. */
const WRAPPERS = new Set(["exec", "command", "xargs", "nohup", "env"]);
const BUILTINS = new Set(
	". : [ alias bg break builtin cd command continue exec declare echo eval exit export false fg getopts hash help jobs kill let local mapfile popd printf pushd pwd read readarray readonly return set shift shopt source test times trap true type typeset ulimit umask unalias unset wait esac in function select for case".split(
		" ",
	),
);
const META = /[\s;&|()<>]/;

export function shellCommands(text: string): ShellCommands {
	const words = new Set<string>();
	const functions = new Set<string>();
	const sourced: string[] = [];
	let at = 0;
	let isInBackticks = false;
	const heredocs: { readonly word: string; readonly isRaw: boolean }[] = [];

	/** Reads commands up to the closing character of a substitution, or the end. */
	function commands(close?: ")" | "`"): void {
		let isCommand = true;
		let isPattern = false;
		let isOfWrapper = false;
		while (at < text.length) {
			const c = text[at] ?? "";
			if (text.startsWith("\\\n", at)) at += 2;
			else if (c === "\n") {
				at++;
				for (const heredoc of heredocs.splice(0)) skipHeredoc(heredoc);
				isCommand = true;
			} else if (/\s/.test(c)) at++;
			else if (c === "#") while (at < text.length && text[at] !== "\n") at++;
			else if (isPattern) {
				const pattern = c === "(" ? "(" : word();
				if (c === "(" || c === "|") at += c === "(" || pattern === "" ? 1 : 0;
				else if (pattern === "esac") {
					isPattern = false;
					isCommand = false;
				} else if (text[at] === ")") {
					at++;
					isPattern = false;
					isCommand = true;
				}
			} else if (text.startsWith(";;", at)) {
				at += 2;
				isPattern = true;
			} else if (c === close) {
				at++;
				return;
			} else if (text.startsWith("<<<", at)) at += 3;
			else if (/^<<-?/.test(text.slice(at, at + 3))) {
				at += text[at + 2] === "-" ? 3 : 2;
				while (text[at] === " ") at++;
				const isRaw = /['"\\]/.test(text[at] ?? "");
				const match = /^['"\\]?(\w+)['"]?/.exec(text.slice(at));
				at += match?.[0].length ?? 0;
				heredocs.push({ word: match?.[1] ?? "", isRaw });
			} else if (/^[<>]\(/.test(text.slice(at, at + 2))) {
				at += 2;
				commands(")");
			} else if (c === "<" || c === ">") {
				at++;
				while (/[>&| \t]/.test(text[at] ?? "")) at++;
				word();
			} else if (text.startsWith("((", at)) {
				at = text.indexOf("))", at) + 2;
				isCommand = false;
			} else if (/[;&|()]/.test(c)) {
				at++;
				isCommand = true;
				isOfWrapper = false;
			} else {
				const from = at;
				const read = word();
				if (/^\d+$/.test(read) && /[<>]/.test(text[at] ?? "")) continue;
				if (!isCommand) continue;
				if (isOfWrapper && read.startsWith("-")) continue;
				if (/^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/.test(read)) {
					if (text[at] === "(" && read.endsWith("=")) skipArray();
					continue;
				}
				if (text.slice(at).startsWith("()")) {
					functions.add(read);
					at += 2;
				} else if (THEN_COMMAND.has(read)) isCommand = true;
				else if (AFTER.has(read)) isCommand = false;
				else if (read === "case") {
					skipBlanks();
					word();
					skipBlanks();
					word();
					isPattern = true;
				} else if (read === "for" || read === "select") isCommand = false;
				else if (read === "[[") {
					while (at < text.length && word() !== "]]")
						if (META.test(text[at] ?? "")) at++;
					isCommand = false;
				} else {
					if (read === "." || read === "source") {
						skipBlanks();
						const start = at;
						word();
						sourced.push(text.slice(start, at));
					}
					if (WRAPPERS.has(read)) isOfWrapper = true;
					else isCommand = isOfWrapper = false;
					if (!/[$`]/.test(text.slice(from, at))) words.add(read);
				}
			}
		}
	}

	function skipBlanks(): void {
		while (/\s/.test(text[at] ?? "")) at++;
	}

	function skipArray(): void {
		at++;
		while (at < text.length && text[at] !== ")") {
			skipBlanks();
			const start = at;
			if (text[at] !== ")") word();
			if (at === start && text[at] !== ")") at++;
			skipBlanks();
		}
		at++;
	}

	function skipHeredoc({
		word: end,
		isRaw,
	}: {
		word: string;
		isRaw: boolean;
	}): void {
		while (at < text.length) {
			const stop =
				text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
			if (text.slice(at, stop).trim() === end) {
				at = stop;
				return;
			}
			while (at < stop) {
				if (!isRaw && (text[at] === "$" || text[at] === "`")) expansion();
				else at++;
			}
			at++;
		}
	}

	/** Reads one word, and the commands inside it; returns it without its quotes. */
	function word(): string {
		let read = "";
		while (at < text.length && !META.test(text[at] ?? "")) {
			const c = text[at] ?? "";
			if (c === "`" && isInBackticks) break;
			if (c === "\\") {
				read += text[at + 1] ?? "";
				at += 2;
			} else if (c === "'") {
				const end = text.indexOf("'", at + 1);
				read += text.slice(at + 1, end);
				at = end + 1;
			} else if (c === '"') {
				at++;
				while (at < text.length && text[at] !== '"') {
					if (text[at] === "\\") {
						read += text[at + 1] ?? "";
						at += 2;
					} else if (text[at] === "$" || text[at] === "`") expansion();
					else read += text[at++];
				}
				at++;
			} else if (c === "$" || c === "`") expansion();
			else {
				read += c;
				at++;
			}
		}
		return read;
	}

	/** `$(...)`, `${...}`, `$((...))`, `$'...'`, backticks, or a plain `$NAME`. */
	function expansion(): void {
		if (text[at] === "`") {
			at++;
			isInBackticks = true;
			commands("`");
			isInBackticks = false;
		} else if (text.startsWith("$((", at)) at = text.indexOf("))", at) + 2;
		else if (text.startsWith("$(", at)) {
			at += 2;
			commands(")");
		} else if (text.startsWith("$'", at)) {
			at += 2;
			while (at < text.length && text[at] !== "'")
				at += text[at] === "\\" ? 2 : 1;
			at++;
		} else if (text.startsWith("${", at)) {
			at += 2;
			while (at < text.length && text[at] !== "}") {
				if (text[at] === "\\") at += 2;
				else if (text[at] === "$" || text[at] === "`") expansion();
				else if (text[at] === '"') {
					at++;
					while (at < text.length && text[at] !== '"')
						if (text[at] === "$" || text[at] === "`") expansion();
						else at++;
					at++;
				} else at++;
			}
			at++;
		} else at += /^\$(\w|[@*#?$!-])/.test(text.slice(at, at + 2)) ? 2 : 1;
	}

	commands();
	const programs = [...words].filter(
		(each) => each !== "" && !BUILTINS.has(each) && !functions.has(each),
	);
	return { programs: new Set(programs), functions, sourced };
}
