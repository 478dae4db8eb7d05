import { join } from "node:path";
import type { Io } from "../io";
import { printable } from "../printable";
import { runCommand } from "../roots/run-command";
import { isOwnFile } from "./root-inputs";

/** Git could not say what was asked; the message says what to do. */
export class GitError extends Error {
	override readonly name = "GitError";
}

const PATIENCE = 120_000;
const MOST = 64 << 20;
const MOST_SAID = 400;

/** The clone that the roots are in. */
export class Git {
	/** Its top folder, absolute, links resolved. */
	readonly top: string;
	readonly #io: Io;
	readonly #changed = new Map<string, Promise<readonly string[]>>();

	private constructor(top: string, io: Io) {
		this.top = top;
		this.#io = io;
	}

	/** @throws GitError where the folder is in no clone, or there is no git. */
	static async open(folder: string, io: Io): Promise<Git> {
		const top = await new Git(folder, io).#ask("rev-parse", "--show-toplevel");
		return new Git(top.replace(/\n$/, ""), io);
	}

	/** The commit that a revision names, or the tree, for one the empty tree. @throws GitError where it is not in the clone. */
	async commit(revision: string): Promise<string> {
		for (const kind of ["commit", "tree"]) {
			const name = `${revision}^{${kind}}`;
			const found = await this.#ask(
				"rev-parse",
				"--verify",
				"--end-of-options",
				name,
			).catch(() => "");
			if (found) return found.trim();
		}
		const shallow = await this.#ask("rev-parse", "--is-shallow-repository");
		const shown = printable(revision);
		throw new GitError(
			shallow.trim() === "true"
				? `base ${shown}: not in this clone, which is shallow; wanted its history as far back as that: run git fetch --unshallow origin`
				: `base ${shown}: not in this clone; wanted a commit that it has: run git fetch origin ${shown}`,
		);
	}

	/** Absolute paths of files that are not as they were in a commit: changed, new or gone, committed or not. */
	changedSince(commit: string): Promise<readonly string[]> {
		const known = this.#changed.get(commit);
		if (known) return known;
		const names = ["--name-only", "--no-renames", "--no-ext-diff", "-z"];
		const found = Promise.all([
			this.#ask("diff", ...names, commit, "--"),
			this.#ask("ls-files", "-z", "--others", "--exclude-standard"),
		]).then((texts) =>
			texts
				.flatMap((text) => text.split("\0"))
				.filter((name) => name && !name.split("/").some(isOwnFile))
				.map((name) => join(this.top, name)),
		);
		this.#changed.set(commit, found);
		return found;
	}

	/** Text of a file in a commit; undefined where it was not there. `path` is relative to the top. */
	async textOf(commit: string, path: string): Promise<string | undefined> {
		try {
			return await this.#ask("show", `${commit}:${path}`);
		} catch {
			return undefined;
		}
	}

	async #ask(...args: readonly string[]): Promise<string> {
		const ran = await runCommand(
			{
				words: ["git", ...args],
				folder: this.top,
				env: { ...this.#io.env, GIT_OPTIONAL_LOCKS: "0" },
				timeout: PATIENCE,
				most: MOST,
			},
			this.#io,
		);
		if (ran.code === 0 && !ran.failure) return ran.stdout;
		// what it says next is often what to do
		const said = ran.stderr
			.trim()
			.split(/\s*\n\s*/)
			.slice(0, 3)
			.join(" ");
		const why = ran.failure ?? said.slice(0, MOST_SAID);
		throw new GitError(printable(`git ${args[0]}: ${why}`));
	}
}
