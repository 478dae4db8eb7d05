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
	/** A step runs after a failure only where this lists failure. @default - success */
	readonly status?: readonly ("success" | "failure")[];
	/** Only these cells of the matrix. */
	readonly matrix?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * One `when` item is about one event, because a filter that does not apply to an event is true there: a `path` beside
 * `manual` would not narrow anything, it would run always. So `path` exists only where Woodpecker looks at it.
 */
export type Condition = AnyCondition &
	(
		| {
				readonly event:
					| "push"
					| "pull_request"
					| "pull_request_closed"
					| "pull_request_metadata";
				readonly branch?: Pattern;
				readonly path?: readonly string[] | PathFilter;
		  }
		| { readonly event: "manual" | "deployment"; readonly branch?: Pattern }
		| {
				readonly event: "cron";
				/** Titles of the crons, as they are called in the repository's settings. */
				readonly cron: readonly string[];
				readonly branch?: Pattern;
		  }
		| { readonly event: "tag" | "release" }
	);

/** A step's condition may leave the event to the workflow; then it has no path. */
export type StepCondition = StatusCondition &
	(
		| Condition
		| (AnyCondition & { readonly event?: undefined; readonly branch?: Pattern })
	);

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
	readonly dependsOn?: readonly string[];
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

export interface Service {
	readonly name: string;
	readonly image: string;
	readonly commands?: readonly string[];
	readonly entrypoint?: readonly string[];
	readonly environment?: Readonly<Record<string, Value>>;
	readonly ports?: readonly number[];
	readonly volumes?: readonly string[];
	readonly backendOptions?: Readonly<Record<string, Value>>;
}

export interface Clone {
	/** A clone plugin on the server's list, pinned. */
	readonly image: string;
	/** @default - the whole history */
	readonly depth?: number;
	readonly partial?: boolean;
	readonly lfs?: boolean;
	readonly recursive?: boolean;
	readonly tags?: boolean;
}

/** A workflow file of Woodpecker 3.x. */
export interface Workflow {
	/** The file's name without `.yml`; also how other workflows depend on it. */
	readonly name: string;
	/** What it is for; rendered on top of the file. */
	readonly comment?: string;
	readonly when: readonly Condition[];
	readonly clone?: Clone;
	/** @default false */
	readonly skipClone?: boolean;
	readonly workspace?: { readonly base?: string; readonly path?: string };
	readonly matrix?:
		| Readonly<Record<string, readonly (string | number)[]>>
		| {
				readonly include: readonly Readonly<Record<string, string | number>>[];
		  };
	readonly labels?: Readonly<Record<string, string>>;
	readonly dependsOn?: readonly string[];
	readonly concurrency?: { readonly limit: number; readonly group?: string };
	readonly steps: readonly Step[];
	readonly services?: readonly Service[];
	/** Merged into the file last; linted like the rest. */
	readonly extra?: Readonly<Record<string, unknown>>;
}
