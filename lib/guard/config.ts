import type { Reference } from "../oci/reference";
import type { Access } from "./access";
import type { ProbeMode } from "./contract";
import type { Origin } from "./origin";
import type { Root } from "./roots/root";
import type { Tools } from "./roots/tools";
import type { View } from "./scan/diagnosis";

/** Where and as what to publish. */
interface PushTarget {
	/** `http(s)://host[:port][/prefix]`, no slash at the end. */
	readonly url: string;
	readonly job: string;
}

export type Output = "text" | "json" | "metrics";

/** What both walks have. Durations are milliseconds. */
interface WalkConfig extends Access {
	readonly mode: ProbeMode;
	readonly concurrency: number;
	readonly deadline: number;
	readonly referrers: boolean;
	readonly exitZero: boolean;
	readonly report: string | undefined;
}

export interface ProbeConfig extends WalkConfig {
	readonly command: "probe";
	readonly registry: Origin;
	readonly instance: string;
	/** At least one; the first is the canonical one. */
	readonly pullHosts: readonly string[];
	readonly fullRotation: number;
	readonly tagsPerRepo: number;
	readonly repos: readonly string[];
	/** `{index: 0, count: 1}`: not sharded. */
	readonly shard: { readonly index: number; readonly count: number };
	readonly windowLength: number;
	readonly minRepositories: number;
	/** The Kubernetes API to ask what is in use; undefined: nobody asked. */
	readonly cluster:
		| { readonly host: string; readonly port: string }
		| undefined;
	readonly push: PushTarget | undefined;
	readonly output: Output;
}

export interface VerifyTarget {
	readonly ref: Reference;
	/** The registry that is asked: the REF's host, or the registry whose pull host it is. */
	readonly registry: Origin;
}

export interface VerifyConfig extends WalkConfig {
	readonly command: "verify";
	readonly targets: readonly VerifyTarget[];
	readonly expectEqual: boolean;
	readonly output: Output;
}

export interface DoctorConfig extends Access {
	readonly command: "doctor";
	readonly registry: Origin;
	readonly instance: string;
	readonly deadline: number;
	readonly push: string | undefined;
	readonly output: Output;
}

export interface ForgetConfig {
	readonly command: "forget";
	readonly instance: string;
	/** undefined: all jobs. */
	readonly job: string | undefined;
	readonly push: string;
	readonly ca: string | undefined;
	readonly dryRun: boolean;
	readonly output: Output;
}

export interface GateConfig extends Access {
	readonly command: "gate";
	readonly action: "open" | "close";
	/** File that `open` writes and `close` compares with. */
	readonly state: string;
	/** Folder of one store. */
	readonly base: string;
	/** undefined: a pull-through cache, which is never walked. */
	readonly registry: Origin | undefined;
	/** The label `registry` of the metrics. */
	readonly instance: string;
	readonly concurrency: number;
	readonly deadline: number;
	readonly report: string | undefined;
	readonly textfile: string | undefined;
	readonly output: Output;
}

export interface ScanConfig {
	readonly command: "scan";
	readonly base: string;
	/** undefined: the name of the host. */
	readonly instance: string | undefined;
	readonly full: boolean;
	readonly cache: boolean;
	readonly layerLinks: "leave" | "list" | "remove";
	readonly report: string | undefined;
	readonly textfile: string | undefined;
	/** What a probe of the same registry found; undefined: nobody asks for a diagnosis. */
	readonly httpReport: View | undefined;
	readonly output: Output;
}

export interface DriftConfig {
	readonly command: "drift";
	/** At least one. */
	readonly roots: readonly Root[];
	readonly tools: Tools;
	readonly push: PushTarget | undefined;
	readonly ca: string | undefined;
	/** File for the short report. */
	readonly slack: string | undefined;
	/** Only show who holds the locks. */
	readonly locks: boolean;
	readonly output: Output;
}

export interface ChangedConfig {
	readonly command: "changed";
	readonly roots: readonly Root[];
	/** A revision as git takes it. */
	readonly base: string;
	/** File with the last applied commit of each root. */
	readonly applied: string | undefined;
	readonly output: Output;
}

export interface ApplyConfig extends Omit<ChangedConfig, "command"> {
	readonly command: "apply";
	readonly tools: Tools;
	readonly planOnly: boolean;
	readonly slack: string | undefined;
}

export type Config =
	| ProbeConfig
	| VerifyConfig
	| DoctorConfig
	| ForgetConfig
	| GateConfig
	| ScanConfig
	| DriftConfig
	| ChangedConfig
	| ApplyConfig;
