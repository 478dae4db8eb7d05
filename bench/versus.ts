import { DAMAGE, TAG, type View } from "../test/support/damage";
import { inParallel } from "../test/support/in-parallel";
import { ODDITIES } from "../test/support/oddities";
import type { Benchmark, Figure } from "./benchmark";
import { runGuard } from "./guard";
import { judges, LANES, type Verdict } from "./judges";
import { teamRepositories } from "./population";
import { type RealRegistry, seed, startRealRegistry } from "./real-registry";
import { inWorkshop } from "./workshop";

const damaged = DAMAGE.map((c) => ({ ...c, repository: `damage/${c.name}` }));
const odd = ODDITIES.filter(({ only }) => only !== "3.1.1").map((oddity) => ({
	...oddity,
	repository: `oddity/${oddity.name}`,
}));

/** Fills a registry while everything is whole; returns every `repository:tag` that the programs are to look at. */
async function fill(real: RealRegistry): Promise<string[]> {
	const { target, storage } = real.registry;
	// programs that unpack layers want real archives
	const healthy = teamRepositories(20, 3, { tarballs: true });
	seed(real, healthy);
	for (const { content, repository } of damaged)
		storage.put(repository, content, TAG);
	await inParallel(odd, LANES, async ({ put, repository }) => {
		await put({ target, storage, repository });
	});
	return [
		...healthy.flatMap(({ name, tags }) =>
			[...tags.keys()].map((tag) => `${name}:${tag}`),
		),
		...[...damaged, ...odd.filter(({ tagless }) => !tagless)].map(
			({ repository }) => `${repository}:${TAG}`,
		),
	];
}

const found = ({ broken }: Verdict) =>
	damaged.filter(({ repository }) => broken.has(repository)).length;

const falseAlarms = ({ broken }: Verdict) =>
	[...broken].filter((repository) => !repository.startsWith("damage/"));

/** Classes that the registry shows at all in this view. */
function visible(view: Omit<View, "version">): number {
	const verdicts = damaged.map((c) => c.expect({ version: "2.8.2", ...view }));
	return verdicts.filter((verdict) => verdict !== "hidden").length;
}

interface Row {
	readonly name: string;
	readonly warm: Verdict;
	readonly cold: Verdict;
}

function figures(tail: Row, full: Row, fast: Row): Figure[] {
	const classes = (mode: View["mode"], cache: "cold" | "warm"): Figure => ({
		name: `classes found by a ${mode} probe, ${cache}`,
		value: found({ tail, full }[mode][cache]),
		digits: 0,
		exactly: visible({ warm: cache === "warm", mode }),
	});
	return [
		classes("full", "cold"),
		classes("tail", "cold"),
		classes("full", "warm"),
		classes("tail", "warm"),
		{
			name: "false alarms of the guard",
			value: [tail.cold, tail.warm, full.cold, full.warm].flatMap(falseAlarms)
				.length,
			digits: 0,
			exactly: 0,
		},
		{
			name: "time of a tail probe / crane validate --fast",
			value: tail.cold.seconds / fast.cold.seconds,
		},
	];
}

/** Time and classes found over the same tags of a registry in which every class of damage is planted. */
export const versus: Benchmark = {
	name: "versus",
	about: "crane validate, skopeo inspect and the guard over the same damage",
	needs: ["registry2", "htpasswd", "crane", "skopeo"],
	run: (log) =>
		inWorkshop(async (workshop) => {
			const real = await startRealRegistry(workshop);
			const tags = await fill(real);
			// also fills the registry's descriptor cache
			const { report } = await runGuard(real.target, ["probe"]);
			for (const { damage, repository } of damaged)
				damage(real.registry.storage, repository);
			log(`${tags.length} tags, ${damaged.length} classes of damage planted`);

			const all = judges(real, tags, workshop.folder);
			const warmVerdicts: Verdict[] = [];
			for (const { judge } of all) warmVerdicts.push(await judge());
			const rows: Row[] = [];
			for (const [i, { name, judge }] of all.entries()) {
				await real.registry.restart();
				const cold = await judge();
				log(`${name}: ${cold.seconds.toFixed(1)} s, ${found(cold)} found`);
				rows.push({ name, cold, warm: warmVerdicts[i] ?? cold });
			}
			const [tail, full, fast] = rows;
			if (!tail || !full || !fast) throw new Error("a program is missing");
			const disputed = damaged.filter(({ repository }) =>
				rows.some(({ cold }) => !cold.broken.has(repository)),
			);
			const agreed = damaged.length - disputed.length;
			return {
				circumstances: [
					`docker-registry 2.8.2, htpasswd with bcrypt cost 5, in-memory descriptor cache. ${tags.length} tags (the guard sees ${report.counts.tags}, some of the same images): ${damaged.length} broken, each in its own way, ${odd.length} repositories unusual but whole, the rest ordinary.`,
					`The guard walks the whole registry in one run; the others are started once a tag, ${LANES} at a time. Cold: the registry was restarted before each run. Warm: it still has its cache from before the damage.`,
				],
				figures: figures(tail, full, fast),
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
						title: `Who finds what, cold; the other ${agreed} classes are found by all:`,
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
