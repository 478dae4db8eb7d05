import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Report } from "../../lib/guard/finding";
import { type Cause, diagnose } from "../../lib/guard/scan/diagnosis";
import {
	children,
	DAMAGE,
	type DamageCase,
	TAG,
	type View,
} from "../support/damage";
import { Distribution } from "../support/distribution";
import { guardReport } from "../support/guard";
import { index, multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { plant } from "../support/storage";

const { suite, programs } = requirePrograms("registry2", "registry3");

const damaged = (name: string) => `damaged/${name}`;

/** What is wrong on disk, by the name of the class. */
function causeOf(name: string): Cause {
	if (/link|nowhere/.test(name)) return "link";
	if (/zeroed|corrupted/.test(name)) return "content";
	// nothing says how long the index under a tag should be
	if (/^index-(empty|truncated)/.test(name)) return "content";
	return /empty|truncated/.test(name) ? "size" : "file";
}

/** Rot of the same length in what no tail probe reads whole. */
const isUnread = (name: string, mode: View["mode"]) =>
	mode === "tail" && /^layer-(zeroed|corrupted)/.test(name);

/** 3.x cannot serve the format at all, whatever is on disk. */
const isServable = ({ name }: DamageCase, version: View["version"]) =>
	!(name === "schema1" && version === "3.1.1");

/** A row of the truth table, as the classes of damage foretell it. */
function foretold({ name, expect }: DamageCase, view: View) {
	const seen = expect(view);
	const hidden = isUnread(name, view.mode) ? "unread" : "from-memory";
	return {
		repository: damaged(name),
		cause: causeOf(name),
		answer: seen === "hidden" ? hidden : "fails",
		http: seen === "hidden" ? null : seen.reason,
	};
}

suite.each([
	["2.8.2", "registry2"],
	["3.1.1", "registry3"],
] as const)(
	"disk and HTTP of one damaged tree, registry %s",
	(version, program) => {
		const lab = new Lab();
		const cases = DAMAGE.filter((each) => isServable(each, version));
		let registry: Distribution;

		const probe = async (mode: View["mode"]) =>
			(await guardReport(["probe", registry.origin, "--mode", mode])).report;
		const scan = async (...flags: string[]) =>
			(await guardReport(["scan", registry.root, ...flags])).report;

		/** Joins the two reports and holds every row against what its class foretells. */
		function expectTable(disk: Report, http: Report, view: View): void {
			expect([disk.outcome, http.outcome]).toEqual(["complete", "complete"]);
			const rows = diagnose(disk, http).map(
				({ repository, cause, answer, http: reason }) => ({
					repository,
					cause,
					answer,
					http: reason,
				}),
			);
			expect(rows).toEqual(
				cases
					.map((each) => foretold(each, view))
					.sort((a, b) => (a.repository < b.repository ? -1 : 1)),
			);
		}

		lab.before(async () => {
			registry = await Distribution.start(lab, {
				name: program,
				program: programs[program],
			});
			for (const { name, content } of cases)
				registry.storage.put(damaged(name), content, TAG);
		});

		lab.test("before the damage both are quiet", async () => {
			const [disk, http] = [await scan("--full"), await probe("full")];
			expect([disk.findings, http.findings]).toEqual([[], []]);
			expect(disk.counts).toMatchObject({
				tags: http.counts.tags,
				indexes: http.counts.indexes,
				manifests: http.counts.manifests,
				blobs: http.counts.blobs,
			});
			for (const { name, damage } of cases)
				damage(registry.storage, damaged(name));
		});

		lab.test(
			"warm: what the registry serves from its memory is told apart from what nobody read",
			async () => {
				const disk = await scan("--full");
				// one bad node a class, whatever its registry still remembers
				expect(disk.findings).toHaveLength(cases.length);
				for (const mode of ["tail", "full"] as const)
					expectTable(disk, await probe(mode), { version, warm: true, mode });
			},
		);

		lab.test(
			"cold: a full probe sees all that is on the disk, digest by digest",
			async () => {
				await registry.restart();
				const view = { version, warm: false, mode: "full" } as const;
				const [disk, http] = [await scan("--full"), await probe("full")];
				expectTable(disk, http, view);
				const nodeOf = ({
					repository,
					digest,
					tags,
				}: Report["findings"][number]) => `${repository} ${tags} ${digest}`;
				const tagged = http.findings.filter(({ digest }) => digest !== null);
				expect(disk.findings.map(nodeOf)).toEqual(
					expect.arrayContaining(tagged.map(nodeOf)),
				);
				// where HTTP shows no digest the disk names the one that the tag leads to
				const rest = http.findings.filter(({ digest }) => digest === null);
				expect(tagged.length + rest.length).toBe(disk.findings.length);
				for (const { repository, tags } of rest)
					expect(disk.findings).toContainEqual(
						expect.objectContaining({ repository, tags, kind: "tag" }),
					);
				expect(
					disk.findings.map(({ repository, kind }) => [repository, kind]),
				).toEqual(
					http.findings.map(({ repository, kind }) => [repository, kind]),
				);
			},
		);

		lab.test(
			"two kinds of damage on one way: what is under a link that is remembered is named as well",
			async () => {
				const { storage, origin, root } = registry;
				const inner = multiArch("combined/inner", { tarballs: true });
				const content = index([{ content: inner }]);
				const [child = ""] = children(inner, inner.root);
				const layer = children(inner, child).at(-1) ?? "";
				const repository = "combined/app";
				storage.put(repository, content, TAG);
				const look = ["probe", origin, "--mode", "full", "--repo", repository];
				const rows = async () => {
					const file = join(lab.folder, "http.json");
					await guardReport([...look, "--report", file]);
					const flags = ["--full", "--http-report", file];
					const { report } = await guardReport(["scan", root, ...flags]);
					return report.diagnoses
						?.filter((each) => each.repository === repository)
						.map(({ digest, cause, answer }) => [digest, cause, answer]);
				};
				expect(await rows()).toEqual([]);
				plant.missing(storage.revisionLink(repository, child));
				plant.missing(storage.blob(layer));
				expect(await rows()).toEqual(
					version === "3.1.1"
						? [
								[child, "link", "from-memory"],
								[layer, "file", "fails"],
							]
						: [[child, "link", "fails"]],
				);
				await registry.restart();
				expect(await rows()).toEqual([[child, "link", "fails"]]);
			},
		);

		lab.test(
			"a tag that names a layer: both say that its link is wrong",
			async () => {
				const { storage, origin, root } = registry;
				const repository = "mislaid/app";
				const content = multiArch("mislaid");
				storage.put(repository, content, TAG);
				const [child = ""] = children(content, content.root);
				const layer = children(content, child).at(-1) ?? "";
				storage.write(storage.tagLink(repository, "wrong"), layer);
				const file = join(lab.folder, "mislaid.json");
				const look = ["probe", origin, "--repo", repository, "--report", file];
				await registry.restart();
				// 3.1.1 says 404 until it knows the layer, and 500 from then on: no word to rely on
				await guardReport(look);
				const { report: http } = await guardReport(look);
				const flags = ["--full", "--http-report", file];
				const { report } = await guardReport(["scan", root, ...flags]);
				expect(http.outcome).toBe("complete");
				expect(http.findings).toMatchObject([{ tags: ["wrong"], kind: "tag" }]);
				expect(
					report.diagnoses?.filter((each) => each.repository === repository),
				).toMatchObject([
					{
						...{ tags: ["wrong"], disk: "dangling-tag", http: "unreadable" },
						...{ cause: "link", answer: "fails" },
					},
				]);
				rmSync(dirname(dirname(storage.tagLink(repository, "wrong"))), {
					recursive: true,
				});
			},
		);

		lab.test(
			"cold: without --full the scan is as deep as a tail probe",
			async () => {
				await registry.restart();
				const [disk, http] = [await scan(), await probe("tail")];
				const repositories = ({ findings }: Report) =>
					findings.map(({ repository }) => repository);
				expect(repositories(disk)).toEqual(repositories(http));
				expect(repositories(disk)).not.toContain(damaged("layer-zeroed"));
			},
		);
	},
);
