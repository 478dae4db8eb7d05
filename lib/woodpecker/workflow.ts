import type { Guard } from "./guard";
import type { SecretReference } from "./secret";

/** Globs (`**` crosses slashes), or what to take and what to leave. */
export type Pattern =
	| string
	| readonly string[]
	| {
			readonly include?: readonly string[];
			readonly exclude?: readonly string[];
	  };

export interface PathFilter {
	readonly include?: readonly string[];
	/** A run is left out only if every changed file matches. */
	readonly exclude?: readonly string[];
	/** Runs whatever changed if the commit message contains it. */
	readonly ignoreMessage?: string;
	/** What a commit without files means. @default true */
	readonly onEmpty?: boolean;
}

interface AnyCondition {
	readonly repo?: Pattern;
	readonly ref?: Pattern;
	readonly platform?: Pattern;
	readonly instance?: Pattern;
	readonly variables?: Guard;
}

interface StatusCondition {
	/** A step or workflow runs after a failure only where this lists failure. @default - success */
	readonly status?: readonly ("success" | "failure")[];
}

interface MatrixCondition {
	/** Only these cells of the matrix. */
	readonly matrix?: Readonly<Record<string, string | number | boolean>>;
}

/** Left out where it says nothing; spelled out, because an object that is not written in place may hold more than its type. */
interface NoFilter {
	readonly path?: undefined;
	readonly cron?: undefined;
	readonly branch?: undefined;
}

/**
 * One `when` item is about one event, because a filter that does not apply to an event is true there: a `path` beside
 * `manual` would not narrow anything, it would run always. So `path` exists only where Woodpecker looks at it.
 */
export type Condition = AnyCondition &
	StatusCondition &
	(
		| (Omit<NoFilter, "path" | "branch"> & {
				readonly event:
					| "push"
					| "pull_request"
					| "pull_request_closed"
					| "pull_request_metadata";
				readonly branch?: Pattern;
				readonly path?: readonly string[] | PathFilter;
		  })
		| (Omit<NoFilter, "branch"> & {
				readonly event: "manual" | "deployment";
				readonly branch?: Pattern;
		  })
		| (Omit<NoFilter, "cron" | "branch"> & {
				readonly event: "cron";
				/** Titles of the crons, as they are called in the repository's settings. */
				readonly cron: readonly string[];
				readonly branch?: Pattern;
		  })
		| (NoFilter & { readonly event: "tag" | "release" })
	);

/** A step's condition may leave the event to the workflow; then it has no path. */
export type StepCondition = MatrixCondition &
	(
		| Condition
		| (AnyCondition &
				StatusCondition &
				Omit<NoFilter, "branch"> & {
					readonly event?: undefined;
					readonly branch?: Pattern;
				})
	);

/** A step or workflow to wait for; an optional one is dropped where it is not part of the pipeline. */
export type Dependency =
	| string
	| { readonly name: string; readonly optional: boolean };

export type Value =
	| string
	| number
	| boolean
	| SecretReference
	| readonly Value[]
	| { readonly [key: string]: Value };

interface AnyStep {
	readonly name: string;
	/** Pinned: an exact version or a digest. */
	readonly image: string;
	/** Why the step is as it is; rendered as a comment above it. */
	readonly comment?: string;
	readonly pull?: boolean;
	readonly directory?: string;
	readonly privileged?: boolean;
	/**
	 * Steps to wait for. As soon as one step has it, those without start at once; so all have it or none, an empty list
	 * says "at once".
	 *
	 * @default - the step before
	 */
	readonly dependsOn?: readonly Dependency[];
	readonly when?: readonly StepCondition[];
	readonly volumes?: readonly string[];
	readonly backendOptions?: Readonly<Record<string, Value>>;
}

export interface CommandsStep extends AnyStep {
	/** One script under `sh -e`: an early `exit 0` ends the step. */
	readonly commands: readonly string[];
	readonly environment?: Readonly<Record<string, Value>>;
	readonly entrypoint?: readonly string[];
	readonly detach?: boolean;
	readonly failure?: "fail" | "ignore" | "cancel";
	readonly dns?: readonly string[];
	readonly dnsSearch?: readonly string[];
	readonly settings?: undefined;
}

export interface PluginStep extends AnyStep {
	readonly settings: Readonly<Record<string, Value>>;
	readonly detach?: boolean;
	readonly failure?: "fail" | "ignore";
	readonly commands?: undefined;
	readonly environment?: undefined;
	readonly entrypoint?: undefined;
}

export type Step = CommandsStep | PluginStep;

interface AnyService extends Omit<AnyStep, "dependsOn" | "comment"> {
	readonly failure?: "fail" | "ignore";
	readonly ports?: readonly (number | string)[];
}

/** Runs beside the steps until the last one is done. */
export type Service = AnyService &
	(
		| {
				readonly commands?: readonly string[];
				readonly entrypoint?: readonly string[];
				readonly environment?: Readonly<Record<string, Value>>;
				readonly settings?: undefined;
		  }
		| {
				readonly settings: Readonly<Record<string, Value>>;
				readonly commands?: undefined;
				readonly entrypoint?: undefined;
				readonly environment?: undefined;
		  }
	);

/** The clone plugin with its settings; or the steps of another way to clone. */
export type Clone = GitClone | readonly Step[];

export interface GitClone {
	/** A clone plugin on the server's list, pinned; another one is not given the credentials. */
	readonly image: string;
	/** @default - the whole history, if `partial` is false */
	readonly depth?: number;
	/** Only the one commit, whatever `depth` says. @default true */
	readonly partial?: boolean;
	readonly lfs?: boolean;
	readonly recursive?: boolean;
	readonly tags?: boolean;
	/** What else the plugin knows. */
	readonly settings?: Readonly<Record<string, Value>>;
}

type Cell = string | number | boolean;

/** A workflow file of Woodpecker 3.x: every key of its schema. */
export interface Workflow {
	/** The file's name without `.yml`; also how other workflows depend on it. */
	readonly name: string;
	/** What it is for; rendered on top of the file. */
	readonly comment?: string;
	readonly when: readonly Condition[];
	/** Where editors find the schema; rendered as `$schema`. */
	readonly schema?: string;
	/** Things to alias elsewhere in the file; the renderer writes no alias, a hand-written `extra` may. */
	readonly variables?: Value;
	readonly clone?: Clone;
	/** @default false */
	readonly skipClone?: boolean;
	readonly workspace?: { readonly base?: string; readonly path?: string };
	readonly matrix?:
		| Readonly<Record<string, readonly Cell[]>>
		| { readonly include: readonly Readonly<Record<string, Cell>>[] };
	/** What an agent must have to run it. */
	readonly labels?: Readonly<Record<string, Cell>>;
	readonly dependsOn?: readonly Dependency[];
	/** How many runs at the same time, of this workflow or of a group of them. */
	readonly concurrency?: { readonly limit: number; readonly group?: string };
	/** @deprecated Woodpecker 3 wants `status` in `when` instead. */
	readonly runsOn?: readonly ("success" | "failure")[];
	readonly steps: readonly Step[];
	readonly services?: readonly Service[];
	/** Merged into the file last; linted like the rest. */
	readonly extra?: Readonly<Record<string, unknown>>;
}
