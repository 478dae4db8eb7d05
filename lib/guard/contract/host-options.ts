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
		commands: ["gate", "scan"],
		setBy: "cli",
		help: "the store is a pull-through cache: what is absent was not pulled yet; gate: it is not walked",
	},
	textfile: {
		flag: "textfile",
		value: "FILE",
		commands: ["gate", "scan"],
		setBy: "cli",
		help: "write metrics to a file for node_exporter",
	},
	full: {
		flag: "full",
		commands: ["scan"],
		setBy: "cli",
		help: "hash every blob; without it layers are held against their sizes",
	},
	fixLayerLinks: {
		flag: "fix-layer-links",
		commands: ["scan"],
		setBy: "cli",
		help: "remove layer links whose blob is gone, and nothing else",
	},
	httpReport: {
		flag: "http-report",
		value: "FILE",
		commands: ["scan"],
		setBy: "cli",
		help: "report of guard probe --json of the same registry: name what each difference means",
	},
} as const satisfies Record<string, Option>;
