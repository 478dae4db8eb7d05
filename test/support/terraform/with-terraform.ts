import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../programs";
import { makeProviderMirror, type TerraformJson } from "./provider-mirror";
import { Store } from "./store";

export interface TerraformRun {
	readonly status: number;
	/** stdout and stderr as Terraform wrote them. */
	readonly output: string;
	readonly stdout: string;
}

/** Terraform in the folder of one synthesized stack, offline. */
export interface Terraform {
	/** false: the real providers of TF_PROVIDER_MIRROR. */
	readonly isStandIn: boolean;
	/** Any command; `init` has been run. */
	run(...args: string[]): TerraformRun;
	/** Summary and detail of every error; empty: valid. */
	validate(): string[];
	/** Whether there is anything to do. @throws Error with Terraform's own text if the plan fails. */
	plan(): "empty" | "changes";
	/** @throws Error with Terraform's own text if the apply fails. */
	apply(): void;
	/** The stand-in's cluster and Vault, to read and to change. */
	readonly store: Store;
}

/**
 * Runs `terraform init` in a folder that holds a `cdk.tf.json`, with the stand-in provider or, where TF_PROVIDER_MIRROR
 * names a filesystem mirror, the real ones. TERRAFORM_BINARY_NAME says which Terraform, default terraform, else tofu.
 *
 * @throws Error if there is no Terraform, or its init fails.
 */
export function withTerraform(dir: string): Terraform {
	const binary = findProgram("terraform");
	if (!binary) throw new Error("terraform: got none on the PATH, nor tofu");
	const { TF_PROVIDER_MIRROR } = process.env;
	const support = join(dir, ".stand-in");
	const storeFolder = join(support, "store");
	if (!TF_PROVIDER_MIRROR) {
		const stack = readFileSync(join(dir, "cdk.tf.json"), "utf8");
		makeProviderMirror(support, storeFolder, [
			JSON.parse(stack) as TerraformJson,
		]);
	}
	const mirror = JSON.stringify(TF_PROVIDER_MIRROR ?? support);
	const config = join(dir, "terraform.rc");
	writeFileSync(
		config,
		`provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`,
	);
	const { TF_PLUGIN_CACHE_DIR, TF_DATA_DIR, TF_CLI_ARGS, ...inherited } =
		process.env;
	const env = {
		...inherited,
		TF_CLI_CONFIG_FILE: config,
		TF_DISABLE_PLUGIN_TLS: TF_PROVIDER_MIRROR ? "" : "1",
		TF_IN_AUTOMATION: "1",
		TF_INPUT: "0",
		CHECKPOINT_DISABLE: "1",
	};

	const run = (command: string, ...args: string[]): TerraformRun => {
		const { status, stdout, stderr, error } = spawnSync(
			binary,
			[command, ...args],
			{ cwd: dir, env, encoding: "utf8", maxBuffer: 64 * 2 ** 20 },
		);
		if (error) throw error;
		return { status: status ?? 1, output: `${stdout}${stderr}`, stdout };
	};
	const must = (command: string, ...args: string[]): TerraformRun => {
		const ran = run(command, "-no-color", ...args);
		if (ran.status === 1)
			throw new Error(`terraform ${command}: ${ran.output}`);
		return ran;
	};

	must("init");
	return {
		isStandIn: !TF_PROVIDER_MIRROR,
		run,
		validate: () => {
			const { diagnostics } = JSON.parse(run("validate", "-json").stdout) as {
				diagnostics: { severity: string; summary: string; detail: string }[];
			};
			return diagnostics
				.filter(({ severity }) => severity === "error")
				.map(({ summary, detail }) => `${summary}: ${detail}`);
		},
		plan: () =>
			must("plan", "-lock=false", "-detailed-exitcode").status === 0
				? "empty"
				: "changes",
		apply: () => {
			must("apply", "-auto-approve");
		},
		store: new Store(storeFolder),
	};
}
