import type { Io } from "../io";
import { UsageError } from "../usage-error";

/** What was last applied of a root. */
interface Applied {
	readonly commit: string;
	/** Of what was synthesized; only of CDKTF stacks. */
	readonly digest?: string;
	/** Something was begun after it and not recorded: it failed half way, was cut short, or came of no commit. */
	readonly pending?: true;
}

/** The last successfully applied commit of each root, by its stack name, in a file that outlives the pipeline. */
export class AppliedFile {
	readonly #path: string | undefined;
	readonly #io: Io;
	readonly #stacks: Map<string, Applied>;

	/** Without a path nothing is known and nothing kept; so with a file that is not there yet. @throws UsageError where it is something else. */
	constructor(path: string | undefined, io: Io) {
		this.#path = path;
		this.#io = io;
		this.#stacks = path === undefined ? new Map() : read(path, io);
	}

	get(stack: string): Applied | undefined {
		return this.#stacks.get(stack);
	}

	/** At once, so that a run that is cut short keeps what it has done. @throws what node:fs throws */
	set(stack: string, applied: Applied): void {
		this.#stacks.set(stack, applied);
		if (this.#path === undefined) return;
		const stacks = Object.fromEntries([...this.#stacks].sort());
		this.#io.writeFile(
			this.#path,
			`${JSON.stringify({ schema: 1, stacks }, null, 2)}\n`,
		);
	}
}

function read(path: string, io: Io): Map<string, Applied> {
	let text: string;
	try {
		text = io.readFile(path);
	} catch (error) {
		const { code = "unreadable" } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return new Map();
		throw wrong(path, `cannot be read (${code})`);
	}
	// an empty file is what a first run finds where it was made beforehand
	if (text.trim() === "") return new Map();
	try {
		const { schema, stacks } = JSON.parse(text) as {
			schema?: unknown;
			stacks?: Record<string, Applied>;
		};
		const entries = Object.entries(stacks ?? {});
		const isGood = entries.every(
			([, each]) =>
				typeof each?.commit === "string" &&
				/^[0-9a-f]{7,64}$/.test(each.commit),
		);
		if (schema === 1 && isGood) return new Map(entries);
	} catch {
		// said below
	}
	throw wrong(path, "is no record of applied commits");
}

function wrong(path: string, what: string): UsageError {
	return new UsageError([
		{
			what: `--applied ${JSON.stringify(path)}: ${what}`,
			wanted: '{"schema": 1, "stacks": {"<stack>": {"commit": "..."}}}',
			next: "correct or remove it; without it what changed since --base counts",
		},
	]);
}
