import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import { props } from "../pipelines/example";
import { children } from "../support/damage";
import { type Distribution, PASSWORD, USER } from "../support/distribution";
import { emittedStep, runStep } from "../support/emitted-step";
import { type Content, multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { plant } from "../support/storage";
import { startTwoTargets, TARGET_SECRETS } from "../support/two-targets";

const { suite, programs } = requirePrograms("registry2", "htpasswd", "openssl");
const ROOT = join(__dirname, "../..");
const SHA = "0123456789abcdef0123456789abcdef01234567";
const TAG = SHA.slice(0, 8);
const SECRETS = {
	...TARGET_SECRETS,
	registry_ssh_key: "-",
	slack_webhook: "-",
};

suite("verify-integrity of build-ci-image, its own command lines", () => {
	const lab = new Lab();
	let first: Distribution;
	let second: Distribution;
	let workspace: string;
	let file: string;

	lab.before(async () => {
		const started = await startTwoTargets(lab, programs);
		({ first, second } = started);
		workspace = join(lab.folder, "workspace");
		mkdirSync(join(workspace, "ci"), { recursive: true });
		cpSync(join(ROOT, "dist/guard.mjs"), join(workspace, "ci/guard.mjs"));
		cpSync(
			join(ROOT, "ci/registry-auth.mjs"),
			join(workspace, "ci/registry-auth.mjs"),
		);
		const { ca } = started.tls;
		const targets = started.targets.map((target) => ({ ...target, ca }));
		file =
			workflowFiles({ ...props, infraCi: { ...props.infraCi, targets } }).files[
				"build-ci-image.yml"
			] ?? "";
	});

	/** As the plugin does: the same content to every target, under the commit's tag and latest. */
	async function pushed(seed: string): Promise<Content> {
		const content = multiArch(seed, { architectures: ["amd64"] });
		await pushContent(first.target, "infra-ci", content, TAG, "latest");
		await pushContent(second.target, "viktor/infra-ci", content, TAG, "latest");
		return content;
	}
	const verify = (
		secrets: Readonly<Record<string, string>> = SECRETS,
	): Promise<Finished> =>
		runStep(
			emittedStep(file, "verify-integrity", { CI_COMMIT_SHA: SHA }, secrets),
			workspace,
			{ TMPDIR: lab.folder },
		);
	const stepFile = () =>
		readFileSync(join(workspace, ".ci-step"), "utf8").trim();

	lab.test("green when all of it is whole, in both", async () => {
		await pushed("whole");
		const ran = await verify();
		expect(ran.stdout + ran.stderr).toContain(`infra-ci:${TAG}`);
		expect(ran.code).toBe(0);
		expect(stepFile()).toBe("");
	});

	lab.test(
		"no secret in what it prints or writes into the workspace",
		async () => {
			await pushed("whole");
			const { stdout, stderr } = await verify();
			const encoded = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
			for (const text of [
				stdout,
				stderr,
				...readdirSync(workspace, { withFileTypes: true })
					.filter((entry) => entry.isFile())
					.map(({ name }) => readFileSync(join(workspace, name), "utf8")),
			])
				for (const each of [PASSWORD, encoded])
					expect(text).not.toContain(each);
		},
	);

	const damages: [string, (content: Content) => string, keyof typeof plant][] =
		[
			["a child is gone", (content) => child(content), "missing"],
			["a child is short", (content) => child(content), "truncated"],
			["the config is gone", (content) => parts(content)[0], "missing"],
			["the config is short", (content) => parts(content)[0], "truncated"],
			["a layer is gone", (content) => parts(content)[1], "missing"],
			["a layer is short", (content) => parts(content)[1], "truncated"],
			[
				"a layer has one other byte",
				(content) => parts(content)[1],
				"corrupted",
			],
		];
	const child = (content: Content) => children(content, content.root)[0] ?? "";
	const parts = (content: Content): [string, string] => {
		const [config = "", layer = ""] = children(content, child(content));
		return [config, layer];
	};
	for (const [name, digestOf, how] of damages)
		lab.test(`red when ${name}, in the second target alone`, async () => {
			const content = await pushed(name);
			const digest = digestOf(content);
			plant[how](second.storage.blob(digest));
			const ran = await verify();
			expect(ran.code).toBe(1);
			expect(ran.stdout).toContain(digest.slice(0, 19));
			// who failed is left for the notification
			expect(stepFile()).toBe("verify-integrity");
		});

	lab.test(
		"red when the targets hold different images, both whole",
		async () => {
			await pushed("one");
			const other = multiArch("another", { architectures: ["amd64"] });
			await pushContent(second.target, "viktor/infra-ci", other, TAG);
			const ran = await verify();
			expect(ran.code).toBe(1);
			expect(ran.stdout).toContain("mismatch");
		},
	);

	lab.test("a tag that was not pushed is red", async () => {
		const never = { ...SECRETS };
		const step = emittedStep(
			file,
			"verify-integrity",
			{ CI_COMMIT_SHA: "f".repeat(40) },
			never,
		);
		const ran = await runStep(step, workspace);
		expect(ran.code).toBe(1);
		expect(ran.stdout).toContain("ffffffff");
	});

	lab.test(
		"a wrong password is no finding, a missing one is said by its name",
		async () => {
			await pushed("whole");
			const wrong = await verify({ ...SECRETS, registry_password: "wrong" });
			expect(wrong.code).toBe(3);
			const none = await verify({ ...SECRETS, forgejo_push_token: "" });
			expect(none.code).toBe(2);
			expect(none.stderr).toContain("REGISTRY_2_PASS: got nothing");
			const { forgejo_user: _, ...fewer } = SECRETS;
			expect(() => verify(fewer)).toThrow("secret forgejo_user is not there");
		},
	);

	lab.test(
		"an argument that is none is refused, and no credentials stay behind",
		async () => {
			const script = join(ROOT, "ci/registry-auth.mjs");
			for (const args of [[], ["host"], ["a/b=X"], ["host=x"]])
				expect(
					await runProgram(process.execPath, [script, ...args]),
				).toMatchObject({ code: 2, stdout: "" });
			const temporary = readdirSync(lab.folder, { withFileTypes: true });
			expect(temporary.filter((entry) => /^tmp\./.test(entry.name))).toEqual(
				[],
			);
		},
	);
});
