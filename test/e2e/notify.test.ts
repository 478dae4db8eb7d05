import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectExit } from "../support/expect-exit";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { running } from "../support/running";

const { suite } = requirePrograms("curl", "jq");
const SCRIPT = join(__dirname, "../../ci/notify");
const PIPELINE = {
	CI_REPO: "viktor/infra",
	CI_COMMIT_BRANCH: "master",
	CI_COMMIT_SHA: "0123456789abcdef",
	CI_COMMIT_MESSAGE: 'say "no" <to> $(this) & `that`\n\nand more',
	CI_PIPELINE_URL: "https://ci.example/repos/1/pipeline/7",
	CI_PIPELINE_NUMBER: "7",
	CI_WORKFLOW_NAME: "registry-config-sync",
};
const SECRET = "T00/B00/verysecret";

interface Message {
	readonly text: string;
	readonly attachments: readonly {
		readonly color: string;
		readonly title?: string;
		readonly title_link?: string;
		readonly text?: string;
		readonly fields: readonly {
			readonly title: string;
			readonly value: string;
		}[];
	}[];
}

suite("notify against an HTTP server in Slack's place", () => {
	let server: Server;
	let folder: string;
	let answer: { status: number; body: string };
	const got: Message[] = [];
	/** Processes that had the secret in their argv while curl was running. */
	const shown: number[] = [];
	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "notify-"));
		server = createServer((request, response) => {
			let text = "";
			request.on("data", (part) => {
				text += part;
			});
			request.on("end", () => {
				got.push(JSON.parse(text) as Message);
				shown.push(...running("verysecret"));
				response.writeHead(answer.status).end(answer.body);
			});
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", () => resolve()),
		);
	});
	afterAll(() => {
		rmSync(folder, { recursive: true });
		return new Promise((resolve) => server.close(resolve));
	});
	beforeEach(() => {
		got.length = 0;
		answer = { status: 200, body: "ok" };
	});

	const webhook = () =>
		`http://127.0.0.1:${(server.address() as AddressInfo).port}/services/${SECRET}`;
	async function notify(
		args: readonly string[],
		env: Readonly<Record<string, string>> = {},
	): Promise<Finished> {
		const ran = await runProgram(SCRIPT, args, {
			...PIPELINE,
			SLACK_WEBHOOK: webhook(),
			STEP_FILE: join(folder, "step"),
			...env,
		});
		expect(ran.stdout + ran.stderr).not.toContain("verysecret");
		expect(shown).toEqual([]);
		return ran;
	}
	const fields = (message: Message | undefined) =>
		Object.fromEntries(
			message?.attachments[0]?.fields.map(({ title, value }) => [
				title,
				value,
			]) ?? [],
		);

	test("carries repository, branch, commit, link and failing step, whatever they hold", async () => {
		writeFileSync(join(folder, "step"), "sync\n");
		const ran = await notify([], { CI_PIPELINE_STATUS: "failure" });
		expect(ran).toMatchObject({ code: 0, stderr: "" });
		expect(got[0]?.text).toBe(":x: registry-config-sync: failure in step sync");
		expect(fields(got[0])).toEqual({
			Repository: "viktor/infra",
			Branch: "master",
			Commit: "01234567",
			"Failing step": "sync",
			Message: 'say "no" &lt;to&gt; $(this) &amp; `that`',
		});
		expect(got[0]?.attachments[0]).toMatchObject({
			color: "danger",
			title: "Pipeline 7",
			title_link: "https://ci.example/repos/1/pipeline/7",
		});
	});

	test("a step that wrote no name", async () => {
		writeFileSync(join(folder, "step"), "");
		const failure = { CI_PIPELINE_STATUS: "failure" };
		await notify([], { ...failure, QUIET_STEP: "build" });
		await notify([], failure);
		await notify([], { ...failure, FAILED_STEP: "verify" });
		expect(got.map((each) => fields(each)["Failing step"])).toEqual([
			"build",
			"unknown",
			"verify",
		]);
	});

	test("success names no step; a text is shown, cut, and cannot end its own block", async () => {
		writeFileSync(
			join(folder, "report"),
			`\`\`\` <!channel>\n${"x".repeat(9_000)}`,
		);
		await notify(["drift", join(folder, "report")], {
			CI_PIPELINE_STATUS: "success",
		});
		expect(got[0]?.text).toBe(":white_check_mark: drift: success");
		expect(fields(got[0])).not.toHaveProperty("Failing step");
		const text = got[0]?.attachments[0]?.text ?? "";
		expect(text).toMatch(/^```\n` ` ` &lt;!channel&gt;\nx+\n\.\.\.\n```$/);
		expect(text.length).toBeLessThan(3_500);
	});

	test("policies", async () => {
		const told = async (
			policy: string,
			now: string,
			before: string | undefined,
		): Promise<boolean> => {
			const sofar = got.length;
			const ran = await notify(["--policy", policy], {
				CI_PIPELINE_STATUS: now,
				...(before ? { CI_PREV_PIPELINE_STATUS: before } : {}),
			});
			expect(ran.code).toBe(0);
			return got.length > sofar;
		};
		expect(await told("always", "success", "success")).toBe(true);
		expect(await told("failure", "success", "failure")).toBe(false);
		expect(await told("failure", "failure", "failure")).toBe(true);
		expect(await told("change", "success", "success")).toBe(false);
		expect(await told("change", "failure", "failure")).toBe(false);
		expect(await told("change", "failure", "success")).toBe(true);
		expect(await told("change", "success", "failure")).toBe(true);
		expect(await told("change", "failure", undefined)).toBe(true);
	});

	test("Slack that refuses or is not there fails nothing unless asked", async () => {
		answer = { status: 403, body: "invalid_token" };
		expect(await notify([])).toMatchObject({
			code: 0,
			stderr: "notify: Slack was not told: status 403, invalid_token\n",
		});
		expect((await notify(["--strict"])).code).toBe(3);
		const nowhere = { SLACK_WEBHOOK: `http://127.0.0.1:1/${SECRET}` };
		const ran = await notify([], nowhere);
		expectExit(ran, 0);
		expect(ran.stderr).toMatch(
			/Slack was not told: curl: .*127\.0\.0\.1 port 1/,
		);
		expect((await notify(["--strict"], nowhere)).code).toBe(3);
	});

	test("bad settings", async () => {
		const mistakes = [
			[[], { SLACK_WEBHOOK: "" }, "SLACK_WEBHOOK: not set"],
			[[], { SLACK_WEBHOOK: "hooks/verysecret" }, "wanted an address"],
			[
				[],
				{ SLACK_WEBHOOK: 'http://x/"\noutput = "/tmp/verysecret' },
				"wanted an address",
			],
			[["--policy", "sometimes"], {}, "policy: got 'sometimes', wanted always"],
			[["--policy"], {}, "policy: got ''"],
			[["--loud"], {}, "got --loud, usage"],
			[["title", join(folder, "none")], {}, "cannot be read"],
		] as const;
		for (const [args, env, message] of mistakes) {
			const ran = await notify(args, env);
			expectExit(ran, 2);
			expect(ran.stderr).toContain(message);
		}
		expect(got).toEqual([]);
	});
});
