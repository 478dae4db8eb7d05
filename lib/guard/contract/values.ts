/** Subcommands, exit codes and the closed sets of values of the guard. */

export const COMMANDS = {
	probe: "walk all of a registry, publish metrics",
	verify:
		"walk just these references, byte for byte, and print a tree per reference",
	doctor:
		"name, TCP, TLS, auth, catalog, Pushgateway: one line each, first failure explained",
	forget: "delete a retired registry's Pushgateway groups",
	scan: "look at a registry's storage on disk, from every tag; deletes nothing",
	gate: "before a collection: is everything whole; after it: is anything lost",
	drift:
		"plan every root, publish which differ and since when, and whether the world or the code changed",
	changed:
		"list the roots that are not as they were last applied, in the order to apply them in",
	apply:
		"plan and apply the roots that changed, each after those it depends on",
} as const;
/** A subcommand of the guard. */
export type Command = keyof typeof COMMANDS;

/** Process exit codes. A finding and "could not look" are never the same code. */
export const EXIT = {
	clean: 0,
	findings: 1,
	usage: 2,
	couldNotLook: 3,
} as const;
/** What the process ends with. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const PROBE_MODES = ["head", "tail", "full"] as const;
/** How deep a blob is looked at: status and length, its last byte, the hash of all bytes. */
export type ProbeMode = (typeof PROBE_MODES)[number];

export const KINDS = [
	"tag",
	"index",
	"manifest",
	"attestation",
	"config",
	"layer",
	"referrer",
] as const;
/** What a bad node is. */
export type Kind = (typeof KINDS)[number];

/** Why a node is bad; where a tag has several, the first in this order is what metrics and text show. */
export const REASONS = [
	"missing",
	"size",
	"digest",
	"media-type",
	"unreadable",
	"invalid",
	"dangling-tag",
	"mismatch",
] as const;
export type Reason = (typeof REASONS)[number];

export const INCONCLUSIVE_REASONS = [
	"auth",
	"tls",
	"dns",
	"network",
	"throttled",
	"server-error",
	"protocol",
	"wrong-backend",
	"deadline",
	"limit",
	"algorithm",
	"moved",
	"catalog-shrunk",
] as const;
/** Why something could not be looked at. */
export type InconclusiveReason = (typeof INCONCLUSIVE_REASONS)[number];

/** Inconclusive reasons that make a run `partial`; the rest (`limit`, `algorithm`, `moved`) leave a probe complete. */
export const PARTIAL_REASONS: ReadonlySet<InconclusiveReason> = new Set([
	"auth",
	"tls",
	"dns",
	"network",
	"throttled",
	"server-error",
	"protocol",
	"wrong-backend",
	"catalog-shrunk",
	"deadline",
]);

export const OUTCOMES = ["complete", "partial", "blind"] as const;
/** Whether a run saw all, a part, or not even the catalog. */
export type Outcome = (typeof OUTCOMES)[number];

export const REPAIR_ACTIONS = [
	"relink",
	"repush",
	"replace-file",
	"rebuild",
] as const;
/** What kind of repair a finding needs. */
export type RepairAction = (typeof REPAIR_ACTIONS)[number];

export const IN_USE = ["true", "false", "unknown"] as const;
/** Value of the label `in_use`. */
export type InUseLabel = (typeof IN_USE)[number];

/** Who gives a variable its value: our CronJob (`construct`), Kubernetes itself, or only a person or a pipeline. */
export type SetBy = "construct" | "kubernetes" | "cli";

/** A flag, a variable, or both. */
export interface Option {
	/** Long flag without dashes; absent where only the environment sets it. */
	readonly flag?: string;
	/** Environment variable; absent where only the flag sets it. */
	readonly env?: string;
	/** Placeholder of the value in the help; absent for a switch. */
	readonly value?: string;
	readonly repeatable?: boolean;
	readonly commands: readonly Command[];
	/** The default as the help prints it; absent: none. */
	readonly default?: string;
	readonly setBy: SetBy;
	readonly help: string;
}
