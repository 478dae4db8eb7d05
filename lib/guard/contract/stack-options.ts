import type { Option } from "./values";

const runs = ["drift", "apply"] as const;

/** Flags of the commands that run Terraform. */
export const STACK_OPTIONS = {
	parallel: {
		flag: "parallel",
		value: "N",
		commands: runs,
		default: "4",
		setBy: "cli",
		help: "roots that are worked at together",
	},
	timeout: {
		flag: "timeout",
		value: "DURATION",
		commands: runs,
		default: "30m",
		setBy: "cli",
		help: "one Terraform command that takes longer is told to end, and counts as failed",
	},
	terraform: {
		flag: "terraform",
		env: "TERRAFORM_BINARY_NAME",
		value: "COMMAND",
		commands: runs,
		default: "terraform, where there is none tofu",
		setBy: "cli",
		help: "Terraform or OpenTofu",
	},
	terragrunt: {
		flag: "terragrunt",
		value: "COMMAND",
		commands: runs,
		default: "terragrunt",
		setBy: "cli",
		help: "what to run instead in a root with a terragrunt.hcl",
	},
	slack: {
		flag: "slack",
		value: "FILE",
		commands: runs,
		setBy: "cli",
		help: "write the report as a message of at most 3,500 characters to a file as well",
	},
	locks: {
		flag: "locks",
		commands: ["drift"],
		setBy: "cli",
		help: "plan nothing, show who holds the lock of each state and since when",
	},
	applied: {
		flag: "applied",
		value: "FILE",
		commands: ["changed", "apply"],
		setBy: "cli",
		help: "the last applied commit of each root; what is not in it is compared with --base",
	},
	plan: {
		flag: "plan",
		commands: ["apply"],
		setBy: "cli",
		help: "only plan what changed; apply and record nothing",
	},
} as const satisfies Record<string, Option>;
