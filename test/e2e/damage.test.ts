import { DAMAGE, type Expected, TAG, type View } from "../support/damage";
import { Distribution, PASSWORD, USER } from "../support/distribution";
import { guardReport } from "../support/guard";
import { inParallel } from "../support/in-parallel";
import { Lab } from "../support/lab";
import { ODDITIES } from "../support/oddities";
import { type PrivateCa, privateCa } from "../support/private-ca";
import { RegistryClients } from "../support/registry-clients";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"openssl",
	"crane",
);

const damaged = (name: string) => `damaged/${name}`;
const healthy = (name: string) => `healthy/${name}`;

/** What a probe should say, by repository; what the registry hides in this view is not in it. */
function expectedIn(view: View): Record<string, Expected> {
	return Object.fromEntries(
		DAMAGE.flatMap(({ name, expect }) => {
			const expected = expect(view);
			return expected === "hidden" ? [] : [[damaged(name), expected]];
		}),
	);
}

function hiddenIn(view: View): string[] {
	return DAMAGE.filter((each) => each.expect(view) === "hidden")
		.map(({ name }) => name)
		.sort();
}

/** Rot of the same length: only the hash of all bytes shows it. */
const SAME_SIZE = ["layer-corrupted", "layer-zeroed"];
/** Links that a descriptor cache still answers for, until the registry is started again. */
const REMEMBERED = {
	"2.8.2": [
		"config-link-empty",
		"config-link-missing",
		"layer-link-empty",
		"layer-link-missing",
	],
	"3.1.1": [
		"child-link-empty",
		"child-link-missing",
		"config-link-empty",
		"config-link-missing",
		"index-link-empty",
		"index-link-missing",
		"layer-link-empty",
		"layer-link-missing",
	],
} as const;

suite.each([
	["2.8.2", "registry2"],
	["3.1.1", "registry3"],
] as const)("every class of damage on registry %s", (version, program) => {
	const lab = new Lab();
	const oddities = ODDITIES.filter(({ only = version }) => only === version);
	const catalogued = oddities.filter(
		({ uncatalogued }) => uncatalogued !== version,
	);
	let registry: Distribution;
	let tls: PrivateCa;

	async function look(mode: View["mode"]) {
		const { report, code } = await guardReport(
			["probe", registry.origin, "--ca-file", tls.caFile, "--mode", mode],
			{ REG_USER: USER, REG_PASS: PASSWORD },
		);
		return { report, code };
	}

	async function expectView(view: View): Promise<void> {
		const { report, code } = await look(view.mode);
		const found = report.findings.map((finding) => {
			expect(finding.tags).toEqual([TAG]);
			const { repository, kind, digest, reason } = finding;
			return [repository, { kind, digest, reason }] as const;
		});
		expect(Object.fromEntries(found)).toEqual(expectedIn(view));
		// one finding a case, and none about a healthy oddity
		expect(found).toHaveLength(Object.keys(expectedIn(view)).length);
		expect(report).toMatchObject({
			outcome: "complete",
			inconclusive: [],
			counts: { repositories: DAMAGE.length + catalogued.length },
		});
		expect(code).toBe(1);
	}

	lab.before(async () => {
		tls = privateCa(programs.openssl, lab.folder, "registry.lab.test");
		registry = await Distribution.start(lab, {
			name: program,
			program: programs[program],
			htpasswd: programs.htpasswd,
			tls,
		});
		const { target, storage } = registry;
		for (const { name, content } of DAMAGE)
			storage.put(damaged(name), content, TAG);
		await inParallel(oddities, 4, async ({ name, put }) => {
			await put({ target, storage, repository: healthy(name) });
		});
	});

	lab.test("control: before the damage there is nothing to find", async () => {
		const { report } = await look("full");
		const unservable = DAMAGE.filter(
			({ name }) => name === "schema1" && version === "3.1.1",
		).map(({ name }) => damaged(name));
		expect(report.findings.map(({ repository }) => repository)).toEqual(
			unservable,
		);
		expect(report).toMatchObject({ outcome: "complete", inconclusive: [] });
		for (const { name, damage } of DAMAGE)
			damage(registry.storage, damaged(name));
	});

	lab.test("warm, tail", () =>
		expectView({ version, warm: true, mode: "tail" }),
	);

	lab.test("warm, full", () =>
		expectView({ version, warm: true, mode: "full" }),
	);

	lab.test("cold, tail", async () => {
		await registry.restart();
		await expectView({ version, warm: false, mode: "tail" });
	});

	lab.test("cold, full", async () => {
		await registry.restart();
		await expectView({ version, warm: false, mode: "full" });
	});

	test("what no read can see, and when it can", () => {
		const hidden = (warm: boolean, mode: View["mode"]) =>
			hiddenIn({ version, warm, mode });
		expect(hidden(true, "full")).toEqual(REMEMBERED[version]);
		expect(hidden(true, "tail")).toEqual(
			[...REMEMBERED[version], ...SAME_SIZE].sort(),
		);
		expect(hidden(false, "tail")).toEqual(SAME_SIZE);
		expect(hidden(false, "full")).toEqual([]);
	});

	lab.test("second opinion: crane validate, on a cold registry", async () => {
		const clients = new RegistryClients(lab, registry, tls, programs);
		const broken: string[] = [];
		const repositories = [
			...DAMAGE.map(({ name }) => damaged(name)),
			...oddities
				.filter(({ tagless }) => !tagless)
				.map(({ name }) => healthy(name)),
		];
		// it answers every 500 with seconds of waiting
		await inParallel(repositories, 24, async (repository) => {
			const { code } = await clients.validate(`${repository}:${TAG}`);
			if (code !== 0) broken.push(repository);
		});
		expect(broken.sort()).toEqual(
			[
				// a tag's index that differs in an annotation passes: it believes the digest of the answer's header
				...DAMAGE.filter(({ name }) => name !== "index-corrupted").map(
					({ name }) => damaged(name),
				),
				// and calls some broken that are whole
				...oddities
					.filter(({ craneObjects }) => craneObjects)
					.map(({ name }) => healthy(name)),
			].sort(),
		);
	});
});
