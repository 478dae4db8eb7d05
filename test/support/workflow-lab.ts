import { chmodSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import type { Lab } from "./lab";
import { runWorkflow } from "./run-workflow";
import { execWorkflow, type Run, WOODPECKER_CLI } from "./woodpecker-cli";

/** What the notification says, as Slack is sent it. */
export interface Message {
	readonly text: string;
	readonly attachments: readonly {
		readonly text?: string;
		readonly fields: readonly {
			readonly title: string;
			readonly value: string;
		}[];
	}[];
}

/** In the buildx plugin's place: takes what it is given and pushes the image SOURCE where it is told to. */
const PLUGIN = `#!/bin/sh
set -e
for repo in $(echo "$PLUGIN_REPO" | tr , ' '); do
  host=\${repo%%/*}
  login=$(echo "$PLUGIN_LOGINS" | jq -r --arg host "$host" '.[] | select(.registry == $host) | .username + ":" + .password')
  for tag in $(echo "$PLUGIN_TAGS" | tr , ' '); do
    skopeo copy -q --all --src-cert-dir "$CERTIFICATES" --dest-cert-dir "$CERTIFICATES" \\
      --src-creds "$SOURCE_LOGIN" --dest-creds "$login" "docker://$SOURCE" "docker://$repo:$tag"
  done
done
echo "pushed $PLUGIN_PLATFORMS"
`;

/** A clone of the infra repository, Slack's stand-in, and emitted workflows really run in it. */
export class WorkflowLab {
	readonly workspace: string;
	/** What people were told in the last run. */
	readonly told: Message[] = [];
	readonly #lab: Lab;
	readonly #plugin: string;
	#hook = "";

	private constructor(lab: Lab) {
		this.#lab = lab;
		this.workspace = join(lab.folder, "workspace");
		cpSync(resolve("ci"), join(this.workspace, "ci"), { recursive: true });
		cpSync(resolve("dist/guard.mjs"), join(this.workspace, "ci/guard.mjs"));
		this.#plugin = join(lab.folder, "plugin");
		writeFileSync(this.#plugin, PLUGIN);
		chmodSync(this.#plugin, 0o755);
	}

	static async start(lab: Lab): Promise<WorkflowLab> {
		const made = new WorkflowLab(lab);
		const slack = createServer((request, response) => {
			let text = "";
			request.on("data", (part) => {
				text += part;
			});
			request.on("end", () => {
				made.told.push(JSON.parse(text) as Message);
				response.end("ok");
			});
		});
		await new Promise<void>((done) =>
			slack.listen(0, "127.0.0.1", () => done()),
		);
		lab.onClose(
			() => new Promise((done) => slack.close(() => done(undefined))),
		);
		const { port } = slack.address() as AddressInfo;
		made.#hook = `http://127.0.0.1:${port}/hook`;
		return made;
	}

	/**
	 * Runs an emitted file in a fresh clone, with programs of this machine in place of its images: by woodpecker-cli, or
	 * step by step where there is none.
	 */
	async run(
		name: string,
		text: string,
		{ secrets, ...trigger }: Run,
		env: Readonly<Record<string, string>> = {},
	): Promise<{ readonly code: number | null; readonly output: string }> {
		const local = text
			.replace(/^clone:\n(?: .*\n)+/m, "")
			// exec has no way to say which cron it was
			.replace(/^ {4}cron:\n {6}- .*\n/m, "")
			.replace(
				/image: woodpeckerci\/plugin-docker-buildx:.*/g,
				`image: ${this.#plugin}`,
			)
			.replace(/image: .*(infra-ci|node|bash):.*/g, "image: bash");
		this.told.length = 0;
		for (const left of [".ci-step", ".ci-report"])
			rmSync(join(this.workspace, left), { force: true });
		const { folder } = this.#lab;
		const run = {
			...trigger,
			secrets: { slack_webhook: this.#hook, ...secrets },
		};
		const around = { HOME: folder, TMPDIR: folder, ...env };
		if (!WOODPECKER_CLI)
			return runWorkflow(name, local, this.workspace, run, around);
		const file = join(folder, `${name}.yml`);
		writeFileSync(file, local);
		const ran = await execWorkflow(file, this.workspace, run, around);
		return { code: ran.code, output: ran.stdout + ran.stderr };
	}

	/** The step that people were told of. */
	get failingStep(): string | undefined {
		return this.told[0]?.attachments[0]?.fields.find(
			({ title }) => title === "Failing step",
		)?.value;
	}
}
