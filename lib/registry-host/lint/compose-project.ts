import type { ComposeService } from "./compose-service";
import type { LintFile } from "./lint-file";

/** A file of a container whose text stands in a compose file. */
export interface InlineFile extends LintFile {
	/** Path of the compose file; lines are its own. */
	readonly writtenIn: string;
}

/** A file that another one names. */
export interface IncludedFile extends LintFile {
	readonly kind: "compose" | "env" | "nginx";
}

/** What Compose reads when it is started with some files. */
export interface ComposeProject {
	/** Of the first of its files. */
	readonly path: string;
	readonly files: readonly LintFile[];
	readonly services: ReadonlyMap<string, ComposeService>;
	readonly inlines: readonly InlineFile[];
	/** Other files that say something: included and extended ones, env files. */
	readonly included: readonly IncludedFile[];
	/** Paths of those among them that are part of it as a whole. */
	readonly includes: ReadonlySet<string>;
	/** Services of other files that are only the beginning of its own: `path service`. */
	readonly extended: ReadonlySet<string>;
}

/** Finds a file from a folder; undefined where there is none. */
export type FindFile = (path: string, folder: string) => LintFile | undefined;
