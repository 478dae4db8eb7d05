import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DAMAGE, TAG, type View } from "../test/support/damage";
import { ODDITIES } from "../test/support/oddities";
import { findProgram } from "../test/support/programs";
import { pushContent } from "../test/support/push";
import type { Benchmark } from "./benchmark";
import { runGuard, type Target } from "./guard";
import { teamRepositories } from "./population";
import { type RealRegistry, seed, startRealRegistry } from "./real-registry";
import { run } from "./run";
import { inWorkshop } from "./workshop";

/** Programs that look at one tag each are started so many at a time: twice the processors, as a script would. */
const LANES = 4;

interface Verdict {
	readonly seconds: number;
	/** Repositories that the program calls broken; every case here is a repository of its own. */
	readonly broken: ReadonlySet<string>;
}

interface Judge {
	readonly name: string;
	judge(): Promise<Verdict>;
}

const damaged = DAMAGE.map((c) => ({ ...c, repository: `damage/${c.name}` }));
const odd = ODDITIES.filter(({ only }) => only !== "3.1.1").map((oddity) => ({
	...oddity,
	repository: `oddity/${oddity.name}`,
}));

/** Pushes everything while it is whole; returns every `repository:tag` that the programs are to look at. */
async function fill(real: RealRegistry): Promise<string[]> {
	const { target, storage } = real.registry;
	const healthy = teamRepositories(20, 3);
	seed(real, healthy);
	for (const { put, repository } of odd)
		await put({ target, storage, repository });
	for (const { planted, content, repository } of damaged) {
		if (planted) storage.put(repository, content, TAG);
		else await pushContent(target, repository, content, TAG);
	}
	return [
		...healthy.flatMap(({ name, tags }) =>
			[...tags.keys()].map((tag) => `${name}:${tag}`),
		),
		...[...damaged, ...odd.filter(({ tagless }) => !tagless)].map(
			({ repository }) => `${repository}:${TAG}`,
		),
	];
}

function guard(target: Target, mode: "tail" | "full"): Judge {
	return {
		name: `guard probe, ${mode}`,
		judge: async () => {
			const { report, seconds } = await runGuard(
				target,
				["probe", "--mode", mode],
				1,
			);
			const broken = new Set(report.findings.map((f) => f.repository));
			return { seconds, broken };
		},
	};
}

function perTag(
	name: string,
	tags: readonly string[],
	command: (tag: string) => readonly [string, ...string[]],
	env: Readonly<Record<string, string>>,
): Judge {
	return {
		name,
		judge: async () => {
			const broken = new Set<string>();
			const begun = process.hrtime.bigint();
			let next = 0;
			const lane = async () => {
				for (let tag = tags[next++]; tag; tag = tags[next++]) {
					const [program, ...args] = command(tag);
					const { code } = await run(program, args, { env });
					if (code !== 0) broken.add(tag.slice(0, tag.lastIndexOf(":")));
				}
			};
			await Promise.all(Array.from({ length: LANES }, lane));
			return { seconds: Number(process.hrtime.bigint() - begun) / 1e9, broken };
		},
	};
}

function judges(
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
	const remote = (tag: string) => `${registry.host}/${tag}`;
	return [
		guard(target, "tail"),
		guard(target, "full"),
		perTag(
			"crane validate --fast",
			tags,
			(tag) => [crane, "validate", "--fast", "--remote", remote(tag)],
			env,
		),
		perTag(
			"crane validate",
			tags,
			(tag) => [crane, "validate", "--remote", remote(tag)],
			env,
		),
		perTag(
			"skopeo inspect",
			tags,
			(tag) => [
				skopeo,
				"inspect",
				"--tls-verify=false",
				`docker://${remote(tag)}`,
			],
			env,
		),
	];
}

const found = ({ broken }: Verdict) =>
	damaged.filter(({ repository }) => broken.has(repository)).length;

const falseAlarms = ({ broken }: Verdict) =>
	[...broken].filter((repository) => !repository.startsWith("damage/"));

/** Classes that the registry shows at all in this view. */
const visible = (view: Omit<View, "version">) =>
	damaged.filter((c) => c.expect({ version: "2.8.2", ...view }) !== "hidden")
		.length;

/** Time and classes found over the same tags of a registry in which every class of damage is planted. */
export const versus: Benchmark = {
	name: "versus",
	about: "crane validate, skopeo inspect and the guard over the same damage",
	needs: ["registry2", "htpasswd", "crane", "skopeo"],
	run: (log) =>
		inWorkshop(async (workshop) => {
			const real = await startRealRegistry(workshop);
			const tags = await fill(real);
			const all = judges(real, tags, workshop.folder);
			for (const { damage, repository } of damaged)
				damage(real.registry.storage, repository);
			log(`${tags.length} tags, ${damaged.length} classes of damage planted`);

			const rows: { name: string; warm: Verdict; cold: Verdict }[] = [];
			const warmVerdicts = new Map<string, Verdict>();
			for (const { name, judge } of all) warmVerdicts.set(name, await judge());
			for (const { name, judge } of all) {
				await real.registry.restart();
				const cold = await judge();
				const warm = warmVerdicts.get(name) ?? cold;
				log(`${name}: ${cold.seconds.toFixed(1)} s, ${found(cold)} found`);
				rows.push({ name, warm, cold });
			}
			const [tail, full, fast] = rows;
			if (!tail || !full || !fast) throw new Error("a judge is missing");
			const disputed = damaged.filter(({ repository }) =>
				rows.some(({ cold }) => !cold.broken.has(repository)),
			);
			return {
				circumstances: [
					`docker-registry 2.8.2, htpasswd with bcrypt cost 5, in-memory descriptor cache. ${tags.length} tags: ${damaged.length} broken, each in its own way, ${odd.length} unusual but whole, the rest ordinary.`,
					`The guard walks the whole registry in one run; the others are started once a tag, ${LANES} at a time. Cold: the registry was restarted before each run. Warm: it still has its cache from before the damage.`,
				],
				figures: [
					{
						name: "classes found by a full probe, cold",
						value: found(full.cold),
						digits: 0,
						exactly: visible({ warm: false, mode: "full" }),
					},
					{
						name: "classes found by a tail probe, cold",
						value: found(tail.cold),
						digits: 0,
						exactly: visible({ warm: false, mode: "tail" }),
					},
					{
						name: "classes found by a tail probe, warm",
						value: found(tail.warm),
						digits: 0,
						exactly: visible({ warm: true, mode: "tail" }),
					},
					{
						name: "false alarms of the guard",
						value: [tail, full].flatMap(({ cold, warm }) =>
							[cold, warm].flatMap(falseAlarms),
						).length,
						digits: 0,
						exactly: 0,
					},
					{
						name: "time of a tail probe / crane validate --fast",
						value: tail.cold.seconds / fast.cold.seconds,
					},
				],
				tables: [
					{
						columns: [
							"program",
							"time, cold",
							`found of ${damaged.length}, cold`,
							"found, warm",
							"false alarms",
							"about",
						],
						rows: rows.map(({ name, cold, warm }) => [
							name,
							`${cold.seconds.toFixed(1)} s`,
							String(found(cold)),
							String(found(warm)),
							String(falseAlarms(cold).length),
							falseAlarms(cold)
								.map((repository) => repository.replace("oddity/", ""))
								.join(", "),
						]),
					},
					{
						title: `Who finds what, cold; the other ${damaged.length - disputed.length} classes are found by all:`,
						columns: ["damage", ...rows.map(({ name }) => name)],
						rows: disputed.map(({ name, repository }) => [
							name,
							...rows.map(({ cold }) =>
								cold.broken.has(repository) ? "found" : "-",
							),
						]),
					},
				],
			};
		}),
};
