import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../../lib/guard/finding";
import { startEmbeddedRegistry } from "../support/embedded-registry";
import { type Content, image, MEDIA, multiArch } from "../support/images";
import { pushContent, send } from "../support/push";
import { abridge } from "./abridge";
import { collectUntagged } from "./collect-untagged";
import { paint } from "./paint";
import { runGuard } from "./run-guard";

export interface StoryOptions {
	/** Path of the bundled guard. */
	readonly guard: string;
	readonly write: (text: string) => void;
	readonly colours: boolean;
}

interface Push {
	readonly repository: string;
	readonly tags: readonly string[];
	readonly content: Content;
	/** An index: what the collection destroys. */
	readonly multiArch: boolean;
}

function pushes(): Push[] {
	const multi = (repository: string, ...tags: string[]): Push => ({
		repository,
		tags,
		content: multiArch(`${repository}/${tags[0]}`, {
			sharedLayers: [`${repository}/base`],
		}),
		multiArch: true,
	});
	return [
		multi("shop/api", "v1.4.0"),
		multi("shop/api", "v1.5.0", "latest"),
		multi("shop/web", "v2.0.1"),
		{
			repository: "tools/backup",
			tags: ["v0.9.0"],
			content: image("tools/backup"),
			multiArch: false,
		},
	];
}

const SIGN_IN = { user: "demo", password: "only-on-this-machine" };

/** The story did not go as told: the guard (or the demo) is broken. */
class StoryError extends Error {}

function expectEqual(got: unknown, wanted: unknown, what: string): void {
	const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
	if (a !== b) throw new StoryError(`${what}: got ${a}, wanted ${b}`);
}

/** Seeds, damages and probes a registry, and asserts every step. Resolves to the exit code: 0, or 1 if the story failed. */
export async function tellStory(options: StoryOptions): Promise<0 | 1> {
	const { guard, write } = options;
	const { red } = paint(options.colours);
	try {
		if (!existsSync(guard))
			throw new StoryError(`${guard} is not built: run npm run build:guard`);
		await tell(options);
		return 0;
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		const text = error instanceof StoryError ? error.message : error.stack;
		write(`\n${red("The demo failed")}: ${text}\n`);
		return 1;
	}
}

async function tell({ guard, write, colours }: StoryOptions): Promise<void> {
	const { bold, dim, red, green } = paint(colours);
	const registry = await startEmbeddedRegistry({
		auth: { kind: "basic", ...SIGN_IN },
	});
	const folder = mkdtempSync(join(tmpdir(), "registry-guard-demo-"));
	const target = { origin: registry.origin, ...SIGN_IN };
	const say = (line = "") => write(`${line}\n`);
	const act = (number: number, title: string) =>
		say(`\n${bold(`${number}. ${title}`)}`);

	const run = async (wanted: number, ...args: string[]) => {
		say(dim(`   $ cdktf-registry-guard ${args.join(" ")}`));
		const file = join(folder, "report.json");
		rmSync(file, { force: true });
		const { code, text } = await runGuard(guard, [...args, "--report", file], {
			REGISTRY_URL: registry.origin,
			REG_USER: SIGN_IN.user,
			REG_PASS: SIGN_IN.password,
		});
		for (const line of abridge(text)) say(`   | ${line}`.trimEnd());
		const colour = code === 0 ? green : red;
		say(`   ${colour(`exit ${code}`)}`);
		expectEqual(code, wanted, `exit code of guard ${args[0]}`);
		return JSON.parse(readFileSync(file, "utf8")) as Report;
	};

	try {
		act(1, "A healthy registry");
		const pushed = pushes();
		for (const { repository, content, tags } of pushed)
			await pushContent(target, repository, content, ...tags);
		const references = pushed.flatMap((push) =>
			push.tags.map((tag) => ({ ...push, tag })),
		);
		say(`   ${registry.origin}, embedded, asks for a password. Pushed to it:`);
		for (const { repository, tag, multiArch } of references) {
			const shape = multiArch
				? "index: linux/amd64, linux/arm64, 2 attestations"
				: "a single image";
			say(`   - ${`${repository}:${tag}`.padEnd(20)} ${dim(shape)}`);
		}
		say(`   Where it is and how to sign in comes from the environment:`);
		say(
			dim(
				`   $ export REGISTRY_URL=${registry.origin} REG_USER=demo REG_PASS=...`,
			),
		);
		const healthy = await run(0, "probe");
		expectEqual(healthy.outcome, "complete", "outcome of the first probe");
		expectEqual(healthy.findings.length, 0, "findings on a healthy registry");

		act(2, "The weekly clean-up: registry garbage-collect -m, as 2.8 does it");
		const { links, blobs } = collectUntagged(registry.store);
		say(`   It takes the children of an index for untagged leftovers:`);
		say(`   ${links} revision links and ${blobs} configs and layers are gone.`);
		for (const { repository, tag } of references) {
			const path = `/v2/${repository}/manifests/${tag}`;
			const accept = [MEDIA.ociIndex, MEDIA.ociManifest].join(", ");
			const { status } = await send(target, "GET", path, undefined, { accept });
			expectEqual(status, 200, `status of ${repository}:${tag}`);
		}
		say(`   Every tag still answers 200: a look at the tags sees nothing.`);

		act(3, "The guard follows every tag down to the last byte");
		const damaged = await run(1, "probe");
		const found = new Set(
			damaged.findings.flatMap(({ repository, tags }) =>
				tags.map((tag) => `${repository}:${tag}`),
			),
		);
		const broken = references
			.filter((reference) => reference.multiArch)
			.map(({ repository, tag }) => `${repository}:${tag}`);
		expectEqual([...found].sort(), [...broken].sort(), "broken tags found");
		expectEqual(damaged.counts.brokenTags, broken.length, "broken tags");

		act(4, "One of them, node by node");
		const reference = `${registry.origin}/shop/api:v1.5.0`;
		const verified = await run(1, "verify", reference);
		expectEqual(verified.findings.length, 4, "bad nodes under one tag");

		act(5, "What to do now");
		const actions = new Set(damaged.findings.map((f) => f.repair.action));
		say(
			`   All ${broken.length} broken tags were found; tools/backup is whole and is not among them.`,
		);
		say(
			`   - Repair (${[...actions].join(", ")}): restart the registry, push the same`,
		);
		say(
			`     images again from any copy, verify; without a copy, rebuild them.`,
		);
		say(`   - Step by step: docs/runbooks/registry-rebuild-image.md`);
		say(`   - Your own registry, nothing to install:`);
		say(
			`     REGISTRY_URL=https://registry.example REG_USER=... REG_PASS=... \\`,
		);
		say(`       npx cdktf-registry-guard probe`);
		say(`   - Every 15 minutes, with alerts: README.md`);
	} finally {
		await registry.close();
		rmSync(folder, { recursive: true, force: true });
	}
}
