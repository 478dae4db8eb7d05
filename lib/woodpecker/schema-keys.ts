/** Every key of Woodpecker's schema (3.17), where it may stand: anything else is passed over without a word. */
const ANY_STEP = [
	"name",
	"image",
	"privileged",
	"pull",
	"directory",
	"when",
	"volumes",
	"failure",
	"backend_options",
	"commands",
	"environment",
	"entrypoint",
	"settings",
];
const WORKFLOW_WHEN = [
	"repo",
	"branch",
	"event",
	"ref",
	"cron",
	"status",
	"platform",
	"instance",
	"path",
	"evaluate",
];

export const SCHEMA_KEYS = {
	workflow: new Set([
		"$schema",
		"variables",
		"clone",
		"skip_clone",
		"when",
		"steps",
		"services",
		"workspace",
		"matrix",
		"labels",
		"depends_on",
		"concurrency",
		"runs_on",
	]),
	step: new Set([...ANY_STEP, "depends_on", "detach", "dns", "dns_search"]),
	service: new Set([...ANY_STEP, "ports"]),
	when: new Set(WORKFLOW_WHEN),
	stepWhen: new Set([...WORKFLOW_WHEN, "matrix"]),
} as const;
export type SchemaPlace = keyof typeof SCHEMA_KEYS;
