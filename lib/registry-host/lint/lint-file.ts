/** A file to look at; its kind follows from its text. */
export interface LintFile {
	readonly path: string;
	readonly text: string;
}
