import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { eventually } from "../support/eventually";
import { runGuard } from "../support/guard";
import { Lab } from "../support/lab";
import { startPostgres } from "../support/postgres";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { must, writeFiles } from "../support/terraform/hand-written";

const { suite, programs } = requirePrograms("terraform", "git", "postgres");

/** A root that takes as long as its command does, and writes down that it ran. */
function slow(backend: string, command: string, log: string): string {
	return `terraform {\n  ${backend}\n}\nresource "terraform_data" "slow" {\n  provisioner "local-exec" {\n    command = "echo ran >> ${log}; exec ${command}"\n  }\n}\n`;
}

const lab = new Lab();
let env: Record<string, string>;

/** Applies in the background, in a process group of its own, as a run that is going to be killed. */
function holder(folder: string): ChildProcess {
	return spawn(programs.terraform, ["apply", "-auto-approve"], {
		cwd: folder,
		env: { PATH: process.env.PATH, ...env },
		stdio: "ignore",
		detached: true,
	});
}
const kill = ({ pid = 0 }: ChildProcess) => process.kill(-pid, "SIGKILL");
const locks = (folder: string) => runGuard(["drift", folder, "--locks"], env);
const ran = (log: string): string => {
	try {
		return readFileSync(log, "utf8");
	} catch {
		return "";
	}
};

suite("the pg backend on a real PostgreSQL", () => {
	lab.before(async () => {
		const { url } = await startPostgres(lab, programs.postgres);
		env = {
			HOME: lab.folder,
			TERRAFORM_BINARY_NAME: programs.terraform,
			CHECKPOINT_DISABLE: "1",
			PG_CONN_STR: url,
			GIT_AUTHOR_NAME: "t",
			GIT_AUTHOR_EMAIL: "t@example.com",
			GIT_COMMITTER_NAME: "t",
			GIT_COMMITTER_EMAIL: "t@example.com",
		};
	});

	lab.test(
		"two applies race: one waits, nothing is done twice, both end well",
		async () => {
			const log = join(lab.folder, "race.log");
			const clones = ["first", "second"].map((name) => join(lab.folder, name));
			for (const clone of clones) {
				writeFiles(clone, {
					"stacks/race/main.tf": slow(
						'backend "pg" {\n    schema_name = "race"\n  }',
						"sleep 2",
						log,
					),
					".gitignore": ".terraform*\n",
				});
				must(clone, [programs.git, "init", "-q"], env);
				must(clone, [programs.git, "add", "-A"], env);
				must(clone, [programs.git, "commit", "-qm", "one"], env);
				must(join(clone, "stacks/race"), [programs.terraform, "init"], env);
			}
			const tree = must(lab.folder, [
				programs.git,
				"hash-object",
				"-t",
				"tree",
				"/dev/null",
			]).trim();
			const runs = await Promise.all(
				clones.map((clone) =>
					runGuard(
						["apply", join(clone, "stacks"), "--base", tree, "--json"],
						env,
					),
				),
			);
			const outcomes = runs.map(({ stdout, stderr, code }) => {
				expect([code, stderr]).toEqual([0, expect.any(String)]);
				return JSON.parse(stdout).roots[0].outcome;
			});
			expect(outcomes.sort()).toEqual(["applied", "empty"]);
			expect(ran(log)).toBe("ran\n");
		},
	);

	lab.test("a holder's lock is seen, and freed by killing it", async () => {
		const log = join(lab.folder, "held.log");
		const folder = join(lab.folder, "held");
		writeFiles(folder, {
			"main.tf": slow(
				'backend "pg" {\n    schema_name = "held"\n  }',
				"sleep 300",
				log,
			),
		});
		must(folder, [programs.terraform, "init"], env);
		const child = holder(folder);
		try {
			await eventually("apply", async () => ran(log), Boolean);
			const held = await locks(folder);
			expect([held.code, held.stderr]).toEqual([1, expect.any(String)]);
			expect(held.stdout).toContain(
				"LOCKED  held: the backend does not say by whom",
			);
			expect(held.stdout).toContain(
				"pg frees the lock of a run that was killed by itself",
			);
			expect(held.stdout).not.toContain("force-unlock");
		} finally {
			kill(child);
		}
		await eventually(
			"free",
			() => locks(folder),
			({ code }) => code === 0,
		);
	});

	lab.test(
		"a connection that fails is an error, and its password is not told",
		async () => {
			const folder = join(lab.folder, "held");
			const password = "fixture-pg-77ab";
			const broken = {
				...env,
				PG_CONN_STR: `postgres://terraform:${password}@127.0.0.1:1/x?sslmode=disable`,
			};
			const failed = await runGuard(["drift", folder], broken);
			expect(failed.code).toBe(3);
			expect(failed.stdout).toContain("ERROR    held: init:");
			expect(failed.stdout + failed.stderr).not.toContain(password);
			const malformed = await runGuard(["drift", folder], {
				...env,
				PG_CONN_STR: `postgres://terraform:${password}@[::1/x`,
			});
			expect(malformed.code).toBe(3);
			expect(malformed.stdout + malformed.stderr).not.toContain(password);
		},
	);
});

suite("a backend that keeps the lock of a killed run", () => {
	let server: Server;
	let lock = "";

	// what Terraform's http backend asks of a server: GET and POST of the state, LOCK and UNLOCK
	lab.before(async () => {
		let state = "";
		server = createServer(async (request, response) => {
			let body = "";
			for await (const chunk of request.setEncoding("utf8")) body += chunk;
			const answer = (code: number, text = "") =>
				response.writeHead(code).end(text);
			if (request.method === "GET") return answer(state ? 200 : 404, state);
			if (request.method === "POST") state = body;
			else if (request.method === "UNLOCK") lock = "";
			else if (lock) return answer(423, lock);
			else lock = body;
			return answer(200);
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", resolve),
		);
		lab.onClose(async () => void server.close());
	});

	lab.test(
		"it is shown with the line that frees it, and that line does",
		async () => {
			const { port } = server.address() as AddressInfo;
			const folder = join(lab.folder, "kept");
			const log = join(lab.folder, "kept.log");
			const address = ["address", "lock_address", "unlock_address"]
				.map((name) => `    ${name} = "http://127.0.0.1:${port}/"\n`)
				.join("");
			writeFiles(folder, {
				"main.tf": slow(`backend "http" {\n${address}  }`, "sleep 300", log),
			});
			// not spawnSync: the server is in this process
			await runProgram(programs.terraform, [`-chdir=${folder}`, "init"], env);
			const child = holder(folder);
			await eventually("apply", async () => ran(log), Boolean);
			kill(child);

			const held = await locks(folder);
			expect([held.code, held.stderr]).toEqual([1, expect.any(String)]);
			const { ID } = JSON.parse(lock) as { ID: string };
			const line = `${programs.terraform} -chdir=${folder} force-unlock ${ID}`;
			expect(held.stdout).toContain(`if nobody is at work any more: ${line}\n`);
			// it asks before it does
			const forced = line.replace("force-unlock", "force-unlock -force");
			expect((await runProgram("sh", ["-c", forced], env)).code).toBe(0);
			expect((await locks(folder)).stdout).toContain("FREE  kept");
		},
	);
});
