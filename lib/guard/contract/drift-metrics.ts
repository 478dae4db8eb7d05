import type { Metric } from "./metrics";

/** Pushgateway job of `guard drift`. */
export const DRIFT_JOB = "drift-detection";

export const DRIFT_STATES = { clean: 0, differs: 1, error: 2 } as const;
/** What planning a root came to. */
export type DriftState = keyof typeof DRIFT_STATES;

export const DRIFT_CAUSES = ["drift", "unapplied"] as const;
/** Why a stack differs: the world changed, or the code did. */
export type DriftCause = (typeof DRIFT_CAUSES)[number];

/** Every metric family of `guard drift`, group `/metrics/job/drift-detection`, always PUT; all are gauges. */
export const DRIFT_METRICS = {
	state: {
		name: "drift_stack_state",
		labels: ["stack"],
		help: "0 clean, 1 differs, 2 could not be planned",
	},
	firstSeen: {
		name: "drift_stack_first_seen",
		labels: ["stack"],
		help: "unix seconds of the first of the runs in a row in which the stack was not clean; no series while it is clean",
	},
	ageHours: {
		name: "drift_stack_age_hours",
		labels: ["stack"],
		help: "hours since first_seen; 0 while the stack is clean",
	},
	causeInfo: {
		name: "drift_stack_cause_info",
		labels: ["stack", "cause"],
		help: "1 for each cause of a stack that differs: drift (the world changed) or unapplied (the code changed)",
	},
	differing: {
		name: "drift_stack_count",
		labels: [],
		help: "stacks that differ",
	},
	errors: {
		name: "drift_error_count",
		labels: [],
		help: "stacks that could not be planned",
	},
	clean: {
		name: "drift_clean_count",
		labels: [],
		help: "stacks that are as their code says",
	},
	lastRun: {
		name: "drift_detection_last_run_timestamp",
		labels: [],
		help: "unix seconds of the last run, whatever it saw",
	},
} as const satisfies Record<string, Metric>;
