import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Root } from "../roots/root";
import { isOwnFile } from "./root-inputs";

/** What a synthesized stack says, whatever wrote it: keys in order, without the notes (`//`) of the one who did. */
export function plainStack(json: string): string {
	const tidy = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(tidy);
		if (value === null || typeof value !== "object") return value;
		return Object.fromEntries(
			Object.entries(value)
				.filter(([key]) => key !== "//")
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([key, each]) => [key, tidy(each)]),
		);
	};
	return JSON.stringify(tidy(JSON.parse(json)));
}

/** Digest of a synthesized stack: its `cdk.tf.json`, its assets, and the local modules that it names. @throws what node:fs throws */
export function digestOf({ folder }: Root): string {
	const hash = createHash("sha256");
	const add = (path: string, name: string): void => {
		const stats = statSync(path, { throwIfNoEntry: false });
		if (stats?.isDirectory()) {
			for (const each of readdirSync(path).sort())
				if (!isOwnFile(each) && !each.startsWith("."))
					add(join(path, each), `${name}/${each}`);
		} else if (stats?.isFile() && name !== "/cdk.tf.json") {
			const digest = createHash("sha256").update(readFileSync(path));
			hash.update(`${JSON.stringify(name)} ${digest.digest("hex")}\n`);
		}
	};
	const stack = readFileSync(join(folder, "cdk.tf.json"), "utf8");
	hash.update(plainStack(stack));
	add(folder, "");
	const { module = {} } = JSON.parse(stack) as {
		module?: Record<string, { source?: unknown }>;
	};
	for (const { source } of Object.values(module))
		if (typeof source === "string" && source.startsWith("../"))
			add(resolve(folder, source), source);
	return `sha256:${hash.digest("hex")}`;
}
