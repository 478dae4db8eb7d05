import { chownSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "./free-port";
import type { Lab } from "./lab";
import { runProgram } from "./run-program";

/** A real PostgreSQL on loopback, with a database and a user of its own; it refuses to run as root. */
export interface Postgres {
	/** Connection string of Terraform's `pg` backend (PG_CONN_STR). */
	readonly url: string;
}

/** The user of Debian's package; any but root does. */
const USER = "postgres";

export async function startPostgres(
	lab: Lab,
	program: string,
): Promise<Postgres> {
	const port = await freePort();
	// not below the lab's own folder: only its owner may enter that
	const folder = mkdtempSync(join(tmpdir(), "postgres-"));
	lab.onClose(async () => rmSync(folder, { recursive: true, force: true }));
	const isRoot = userInfo().uid === 0;
	const as = isRoot
		? ["setpriv", `--reuid=${USER}`, `--regid=${USER}`, "--clear-groups"]
		: ["env"];
	if (isRoot) {
		const id = async (flag: string) =>
			Number((await runProgram("id", [flag, USER])).stdout);
		chownSync(folder, await id("-u"), await id("-g"));
	}
	// its other programs are beside it, which a link on the PATH is not
	const bin = dirname(realpathSync(program));
	const data = join(folder, "data");
	const [wrapper = "", ...words] = as;
	const initdb = join(bin, "initdb");
	const made = await runProgram(wrapper, [
		...words,
		initdb,
		"-D",
		data,
		"-U",
		"terraform",
		"-A",
		"trust",
		"--no-sync",
		"-E",
		"UTF8",
		"--locale=C",
	]);
	if (made.code !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
	const url = `postgres://terraform@127.0.0.1:${port}/postgres?sslmode=disable`;
	const ask = join(bin, "pg_isready");
	const asked = ["-h", "127.0.0.1", "-p", String(port)];
	await lab.start({
		name: "postgres",
		command: wrapper,
		args: [
			...words,
			program,
			"-D",
			data,
			"-h",
			"127.0.0.1",
			"-p",
			String(port),
			"-k",
			"",
			"-F",
		],
		ready: async () => (await runProgram(ask, asked)).code === 0,
	});
	return { url };
}
