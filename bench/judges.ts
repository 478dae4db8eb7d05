import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inParallel } from "../test/support/in-parallel";
import { findProgram } from "../test/support/programs";
import { runGuard, type Target } from "./guard";
import type { RealRegistry } from "./real-registry";
import { run } from "./run";

/** Programs that look at one tag each are started so many at a time: twice the processors, as a script would. */
export const LANES = 4;

export interface Verdict {
	readonly seconds: number;
	/** Repositories that the program calls broken. */
	readonly broken: ReadonlySet<string>;
}

/** Something that tells broken tags from whole ones. */
export interface Judge {
	readonly name: string;
	judge(): Promise<Verdict>;
}

/** The guard over the whole registry. */
function guard(target: Target, mode: "tail" | "full"): Judge {
	return {
		name: `guard probe, ${mode}`,
		judge: async () => {
			const command = ["probe", "--mode", mode];
			const { report, seconds } = await runGuard(target, command, 1);
			const broken = new Set(report.findings.map((f) => f.repository));
			return { seconds, broken };
		},
	};
}

/** A program that is started once a tag, and says broken by its exit code. */
function perTag(
	name: string,
	command: readonly [string, ...string[]],
	prefix: string,
	tags: readonly string[],
	env: Readonly<Record<string, string>>,
): Judge {
	const [program, ...args] = command;
	return {
		name,
		judge: async () => {
			const broken = new Set<string>();
			const begun = process.hrtime.bigint();
			await inParallel(tags, LANES, async (tag) => {
				const { code } = await run(program, [...args, prefix + tag], { env });
				if (code !== 0) broken.add(tag.slice(0, tag.lastIndexOf(":")));
			});
			return { seconds: Number(process.hrtime.bigint() - begun) / 1e9, broken };
		},
	};
}

/**
 * All of them, the guard's two first.
 *
 * @param tags `repository:tag`
 * @param folder For the credentials of the others.
 */
export function judges(
	{ registry, target }: RealRegistry,
	tags: readonly string[],
	folder: string,
): Judge[] {
	const auth = Buffer.from(`${target.user}:${target.password}`);
	const config = join(folder, "docker/config.json");
	mkdirSync(dirname(config));
	writeFileSync(
		config,
		JSON.stringify({
			auths: { [registry.host]: { auth: auth.toString("base64") } },
		}),
	);
	const env = { DOCKER_CONFIG: dirname(config), REGISTRY_AUTH_FILE: config };
	const crane = findProgram("crane") ?? "crane";
	const skopeo = findProgram("skopeo") ?? "skopeo";
	const remote = `${registry.host}/`;
	const other = (
		name: string,
		command: readonly [string, ...string[]],
		prefix = remote,
	) => perTag(name, command, prefix, tags, env);
	return [
		guard(target, "tail"),
		guard(target, "full"),
		other("crane validate --fast", [crane, "validate", "--fast", "--remote"]),
		other("crane validate", [crane, "validate", "--remote"]),
		other(
			"skopeo inspect",
			[skopeo, "inspect", "--tls-verify=false"],
			`docker://${remote}`,
		),
	];
}
