import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Loss } from "../../lib/guard/gate-losses";
import { CollectedRegistry } from "../support/collected-registry";
import { DAMAGE, TAG } from "../support/damage";
import { Distribution } from "../support/distribution";
import { runGuard } from "../support/guard";
import { type Content, image, multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { type PushTarget, pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { plant, type Storage } from "../support/storage";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"skopeo",
);

/** What a collection does that is not done as the bundle does it, and that the bundle's does not. */
suite("traps of a collection, on docker-registry 2.8.2", () => {
	const lab = new Lab();
	let live: Distribution;
	let ours: CollectedRegistry;

	lab.before(async () => {
		live = await Distribution.start(lab, {
			name: "live",
			program: programs.registry2,
			cache: true,
		});
		ours = await CollectedRegistry.install(
			lab,
			{
				name: "private",
				kind: "private",
				// the memory that the seeds' configs have, and ours leave out
				extra: { storage: { cache: { blobdescriptor: "inmemory" } } },
			},
			{ ...programs, registry: programs.registry2 },
		);
		await ours.collect();
		await ours.serves();
	});

	/** Deletes a tag's image as a retention does it: by digest. */
	async function remove(target: PushTarget, content: Content): Promise<void> {
		const path = `/v2/app/manifests/${content.root}`;
		expect((await send(target, "DELETE", path)).status).toBe(202);
	}

	/** `skopeo copy` of an image from a folder, as a pipeline pushes it; its exit code. */
	async function push(target: PushTarget, tag: string): Promise<number | null> {
		const { user, password, origin } = target;
		const { code } = await runProgram(
			programs.skopeo,
			[
				...["copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false"],
				...(user ? ["--dest-creds", `${user}:${password}`] : []),
				`dir:${join(lab.folder, "image")}`,
				`docker://${new URL(origin).host}/app:${tag}`,
			],
			{ HOME: lab.folder },
		);
		return code;
	}

	const tagStatus = async (target: PushTarget) =>
		(
			await send(target, "GET", "/v2/app/manifests/again", undefined, {
				accept: "application/vnd.oci.image.manifest.v1+json",
			})
		).status;

	lab.test(
		"beside a live registry that remembers blobs: the next push exits 0 and is gone",
		async () => {
			const content = image("again", { tarballs: true });
			await pushContent(live.target, "app", content, "again");
			await runProgram(
				programs.skopeo,
				[
					...["copy", "--quiet", "--insecure-policy", "--src-tls-verify=false"],
					`docker://${live.host}/app:again`,
					`dir:${join(lab.folder, "image")}`,
				],
				{ HOME: lab.folder },
			);
			await remove(live.target, content);
			await live.garbageCollect();
			expect(await push(live.target, "again")).toBe(0);
			expect(await tagStatus(live.target)).toBe(404);

			await pushContent(ours.target, "app", content, "again");
			await remove(ours.target, content);
			expect(await ours.collect()).toMatchObject({ failed: false });
			expect(ours.metric("deletedBlobs")).toBe(content.blobs.size + 1);
			await ours.serves();
			expect(await push(ours.target, "again")).toBe(0);
			expect(await tagStatus(ours.target)).toBe(200);
		},
	);

	lab.test(
		"after a link was lost: what its repair needs is deleted",
		async () => {
			const content = multiArch("lost");
			const [child = ""] = [...content.manifests.keys()];
			const config = JSON.parse(String(content.manifests.get(child)?.bytes))
				.config.digest;
			const lose = async (target: PushTarget, storage: Storage) => {
				await pushContent(target, "lost", content, "v1");
				plant.missing(storage.revisionLink("lost", child));
				expect(existsSync(storage.blob(config))).toBe(true);
			};
			await lose(live.target, live.storage);
			await live.garbageCollect();
			expect(existsSync(live.storage.blob(config))).toBe(false);

			await lose(ours.target, ours.storage);
			const run = await ours.collect();
			expect(run.failed).toBe(true);
			expect(run.log).toMatch(/BROKEN {2}lost:v1 .*\n {2}relink: /);
			expect(ours.failedStep()).toBe("gate-open");
			expect(existsSync(ours.storage.blob(config))).toBe(true);
			// repaired as the scan says, it collects again
			ours.storage.write(ours.storage.revisionLink("lost", child), child);
			expect(await ours.collect()).toMatchObject({ failed: false });
			await ours.serves();
			expect(await ours.pulls("lost:v1")).toBe(true);
		},
	);
});

suite.each([
	["2.8.2", "registry2"],
	["3.1.1", "registry3"],
] as const)("whatever a collection of %s breaks", (version, program) => {
	const lab = new Lab();

	lab.test("the gate says what is lost, once per class of damage", async () => {
		const registry = await Distribution.start(lab, {
			name: program,
			program: programs[program],
		});
		const { storage, origin, root } = registry;
		const cases = DAMAGE.filter(
			// 3.x does not serve it, whole or broken
			({ name }) => name !== "schema1" || version === "2.8.2",
		);
		for (const { name, content } of cases) storage.put(name, content, TAG);
		const gate = async (action: "open" | "close") => {
			const { code, stdout, stderr } = await runGuard([
				...["gate", action, join(lab.folder, `${program}.json`), "--json"],
				...["--base", root, "--registry", origin],
			]);
			return { code, said: stderr, report: JSON.parse(stdout) };
		};
		expect(await gate("open")).toMatchObject({ code: 0, said: "" });
		for (const { name, damage } of cases) damage(storage, name);
		await registry.restart();
		const { code, report } = await gate("close");
		expect(code).toBe(1);
		const lost = report.lost.map(
			({ repository, tags, reason }: Loss) =>
				`${repository}:${tags.join()} ${reason === "gone" ? "gone" : "broken"}`,
		);
		// bytes that rot in place are a scan's with --full, no collection writes them
		const seen = cases.filter(
			({ expect }) =>
				expect({ version, warm: false, mode: "tail" }) !== "hidden",
		);
		expect([...new Set(lost)].sort()).toEqual(
			seen.map(({ name }) => `${name}:${TAG} broken`).sort(),
		);
	});
});
