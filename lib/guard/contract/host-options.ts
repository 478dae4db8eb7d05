import type { Option } from "./values";

/** Flags of the commands that run beside a registry's disk. */
export const HOST_OPTIONS = {
	base: {
		flag: "base",
		value: "DIR|REV",
		commands: ["gate", "changed", "apply"],
		setBy: "cli",
		help: "gate: folder of one store, docker/registry/v2 is below it; changed, apply: commit to compare with",
	},
	registry: {
		flag: "registry",
		value: "URL",
		commands: ["gate"],
		setBy: "cli",
		help: "the registry that serves the store: it is walked too; http:// only for loopback or with REGISTRY_PLAIN_HTTP=true",
	},
	cache: {
		flag: "cache",
		commands: ["gate"],
		setBy: "cli",
		help: "the store is a pull-through cache: what is absent was not pulled yet, and it is not walked",
	},
	textfile: {
		flag: "textfile",
		value: "FILE",
		commands: ["gate"],
		setBy: "cli",
		help: "write metrics to a file for node_exporter",
	},
} as const satisfies Record<string, Option>;
