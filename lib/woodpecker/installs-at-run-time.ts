/** Options of a program, each with a value perhaps. */
const OPTIONS = String.raw`(?:-\S+\s+(?:(?!-|(?:add|install|i)\s)\S+\s+)?)*`;
const SHELL = String.raw`(?:sudo\s+(?:-\S+\s+)*)?(?:\S*/)?(?:(?:ba|da|z|k)?sh|python3?|perl)\b`;
/** What stands between a command and an option of it; bounded, so that a long line takes no long time. */
const WORDS = String.raw`(?:[^\n;&|]{0,500}\s)?`;
/** Behind a start of a command, a path or `sh -c`. */
const INSTALLS = new RegExp(
	String.raw`(?:^|[\s;&|(/\x60]|\s-\w*c\s+['"])(?:` +
		[
			`apk\\s+${OPTIONS}add`,
			`(?:apt(?:-get)?|aptitude|(?:micro)?dnf|yum|zypper|brew|snap|gem|cargo|pipx|pip[\\d.]*|uv\\s+pip|uv\\s+tool)\\s+${OPTIONS}install`,
			"pacman\\s+-S\\w*",
			"go\\s+install",
			`(?:npm|pnpm)\\s+(?:(?:i|install|add)\\s${WORDS}(?:-g|--global)|(?:-g|--global)\\s+(?:i|install|add))`,
			"yarn\\s+global\\s+add",
			"npx\\s+(?:-y|--yes)",
			`(?:curl|wget)\\s[^|\\n]{0,1000}(?:\\|\\s*(?:tee|gunzip)\\b[^|\\n]{0,200})?\\|\\s*${SHELL}`,
			`${SHELL}\\s+(?:-\\w+\\s+)*(?:<\\(|["']?\\$\\(|<<<\\s*["']?\\$\\()\\s*(?:curl|wget)`,
		].join("|") +
		String.raw`)(?![\w-])`,
	"m",
);

/** The words of a step's commands that install a program; undefined: none do. Comments of the shell do not count. */
export function installsAtRunTime(
	commands: readonly string[],
): string | undefined {
	const script = commands
		.join("\n")
		.replace(/\\\n/g, " ")
		.replace(/(^|\s)#.*$/gm, "");
	return INSTALLS.exec(script)?.[0].trim();
}
