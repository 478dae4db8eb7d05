/** A file that is not what it looks like; the message says what was found where. */
export class LintSyntaxError extends Error {
	override readonly name = "LintSyntaxError";
	/** 1-based. */
	readonly line: number;

	constructor(line: number, message: string) {
		super(message);
		this.line = line;
	}
}
