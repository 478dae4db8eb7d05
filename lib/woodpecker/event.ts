export const EVENTS = [
	"push",
	"pull_request",
	"pull_request_closed",
	"pull_request_metadata",
	"tag",
	"release",
	"deployment",
	"cron",
	"manual",
] as const;
/** What starts a pipeline (Woodpecker 3.x). */
export type WorkflowEvent = (typeof EVENTS)[number];

/** The only events that `path` filters; on every other event a path filter is TRUE, so the step runs (constraint.go, 3.17). */
export const PATH_EVENTS: ReadonlySet<WorkflowEvent> = new Set([
	"push",
	"pull_request",
	"pull_request_closed",
	"pull_request_metadata",
]);
