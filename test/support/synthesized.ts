import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardApp } from "../../stacks/app";
import type { Settings } from "../../stacks/model";

type Json = Record<string, unknown>;
/** What Terraform reads of one stack. */
export interface StackJson extends Json {
	readonly terraform: {
		backend: Record<string, Json>;
		required_version: string;
		required_providers: Json;
	};
	readonly resource?: Record<string, Record<string, Json>>;
	readonly data?: Record<string, Record<string, Json>>;
	readonly ephemeral?: Record<string, Record<string, Json>>;
	readonly module?: Record<string, Json>;
	readonly variable?: Record<string, Json>;
	readonly provider: Record<string, Json[]>;
}

export interface Synthesized {
	readonly app: GuardApp;
	/** Names of the stacks. */
	readonly names: readonly string[];
	/** @throws Error if there is none of that name. */
	stack(name: string): StackJson;
	/** Every synthesized file, as it is on disk. */
	readonly files: Readonly<Record<string, string>>;
}

/**
 * All stacks of the settings, synthesized as `main.ts` does, into a folder that is gone again afterwards.
 *
 * @param before what a user would write between the app and its synthesis.
 */
export function synthesized(
	settings: Settings,
	outdir = mkdtempSync(join(tmpdir(), "synth-")),
	before?: (app: GuardApp) => void,
): Synthesized {
	try {
		const app = new GuardApp(settings, outdir);
		before?.(app);
		app.synth();
		const read = (name: string) => readFileSync(join(outdir, name), "utf8");
		const names = app.stacks.map((stack) => stack.node.id);
		const files = Object.fromEntries(
			[
				"manifest.json",
				...names.map((name) => `stacks/${name}/cdk.tf.json`),
			].map((name) => [name, read(name)]),
		);
		return {
			app,
			names,
			files,
			stack(name) {
				const text = files[`stacks/${name}/cdk.tf.json`];
				if (text === undefined) throw new Error(`no stack ${name}`);
				return JSON.parse(text);
			},
		};
	} finally {
		rmSync(outdir, { recursive: true, force: true });
	}
}

/** Every address that Terraform knows of a stack, sorted. */
export function addresses(stack: StackJson): string[] {
	const typed = (
		prefix: string,
		block: Record<string, Record<string, Json>> = {},
	) =>
		Object.entries(block).flatMap(([type, elements]) =>
			Object.keys(elements).map((name) => `${prefix}${type}.${name}`),
		);
	return [
		...typed("", stack.resource),
		...typed("data.", stack.data),
		...typed("ephemeral.", stack.ephemeral),
		...Object.keys(stack.module ?? {}).map((name) => `module.${name}`),
		...Object.keys(stack.variable ?? {}).map((name) => `var.${name}`),
		...Object.keys(stack.provider).map((name) => `provider.${name}`),
	].sort();
}
