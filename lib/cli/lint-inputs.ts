import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, normalize } from "node:path";

/** A file that can be looked at. */
export interface LintInput {
	readonly path: string;
	readonly text: string;
	/** Whether it was named, not found in a folder. */
	readonly isNamed: boolean;
}

/** Something that was named and cannot be looked at. */
export interface UnreadInput {
	readonly path: string;
	readonly reason: string;
}

/** A file of more bytes is not written by hand. */
const MAX_BYTES = 1024 * 1024;
const MAX_FILES = 5000;
const MAX_DEPTH = 12;
/** Folders full of files that somebody else wrote. */
const SKIPPED = new Set([".git", "node_modules", ".terraform", "cdktf.out"]);

/** Programs and pages that quote configuration; named, they are looked at all the same. */
const SOURCES =
	/\.(tsx?|[cm]?jsx?|py|go|rs|java|md|html|css|map|lock|log|txt)$/;

/** Every text file of the operands; folders with all that is in them. Never throws: what cannot be read says why. */
export function lintInputs(operands: readonly string[]): {
	readonly inputs: readonly LintInput[];
	readonly unread: readonly UnreadInput[];
} {
	const inputs = new Map<string, LintInput>();
	const unread: UnreadInput[] = [];
	const read = (path: string, isNamed: boolean) => {
		const found = readText(path);
		if (typeof found === "string") {
			// what stands among workflows is one, whatever it holds
			if (isNamed || isWorkflow({ path, text: "", isNamed }))
				unread.push({ path, reason: found });
		} else if (!inputs.has(path))
			inputs.set(path, { path, text: found.text, isNamed });
	};
	for (const operand of operands.map(normalize)) {
		let isFolder = false;
		try {
			isFolder = statSync(operand).isDirectory();
		} catch {
			// said when it is read
		}
		if (!isFolder) {
			read(operand, true);
			continue;
		}
		const { paths, left } = filesBelow(operand);
		for (const path of paths) read(path, false);
		for (const reason of left) unread.push({ path: operand, reason });
	}
	return { inputs: [...inputs.values()], unread };
}

function filesBelow(folder: string): { paths: string[]; left: string[] } {
	const paths: string[] = [];
	const left: string[] = [];
	const enter = (path: string, depth: number): void => {
		let entries: string[];
		try {
			entries = readdirSync(path).sort();
		} catch (error) {
			left.push(whyNot(error));
			return;
		}
		for (const name of entries) {
			if (paths.length >= MAX_FILES) return;
			const each = join(path, name);
			const kind = lstatSync(each, { throwIfNoEntry: false });
			// a link to a folder may lead back here
			if (kind?.isDirectory()) {
				if (!SKIPPED.has(name) && depth < MAX_DEPTH) enter(each, depth + 1);
			} else if (kind && !SOURCES.test(name)) paths.push(each);
		}
	};
	enter(folder, 0);
	if (paths.length >= MAX_FILES)
		left.push(`got more than ${MAX_FILES} files: the rest was not looked at`);
	return { paths, left };
}

/** The text, or why there is none. */
export function readText(path: string): { readonly text: string } | string {
	try {
		const found = statSync(path);
		// a pipe or a device would never end
		if (!found.isFile()) return "got no regular file";
		if (found.size > MAX_BYTES)
			return `got ${found.size} bytes, wanted at most ${MAX_BYTES}`;
		const bytes = readFileSync(path);
		if (bytes.includes(0) || !isUtf8(bytes))
			return "got bytes that are no text";
		const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
		if (text.trim() === "") return "got an empty file";
		return { text: text.replaceAll("\r\n", "\n") };
	} catch (error) {
		return whyNot(error);
	}
}

function whyNot(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	const known: Record<string, string> = {
		ENOENT: "there is no such file",
		EACCES: "may not be read by this user",
		ELOOP: "is a link that leads to itself",
	};
	return known[code ?? ""] ?? message;
}

/** Whether a file is a workflow: by what it says, or because it lies where Woodpecker looks. */
export function isWorkflow({ path, text }: LintInput): boolean {
	if (!/\.ya?ml$/.test(path)) return false;
	return (
		/^(steps|pipeline)\s*:/m.test(text) ||
		/(^|\/)\.woodpecker\/[^/]+$/.test(path) ||
		/^\.woodpecker\.ya?ml$/.test(basename(path))
	);
}
