import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expectExit } from "../support/expect-exit";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { running } from "../support/running";
import { newKey, Sshd } from "../support/sshd";

const { suite, programs } = requirePrograms("sshd", "ssh", "curl", "jq");
const SCRIPT = join(__dirname, "../../ci/pve-nfs-exports-sync");

/** Asked over HTTP, what it answers, as Vault's API has it. */
interface Asked {
	readonly url: string;
	readonly body: string;
	readonly headers: IncomingHttpHeaders;
}

suite("secrets of the scripts that log in, from Vault's API", () => {
	const lab = new Lab();
	let sshd: Sshd;
	let address: string;
	let secret: Record<string, unknown>;
	let status: number;
	const asked: Asked[] = [];
	/** Processes that had a token in their argv while they asked. */
	const shown: number[] = [];

	lab.before(async () => {
		sshd = await Sshd.start(lab, programs.sshd, process.env.PATH ?? "");
		const server = createServer((request, response) => {
			let body = "";
			request.on("data", (part) => {
				body += part;
			});
			request.on("end", () => {
				const { url = "", headers } = request;
				asked.push({ url, body, headers });
				shown.push(...running("t0ken"));
				response.statusCode = status;
				response.end(
					JSON.stringify(
						status !== 200
							? { errors: ["permission denied"] }
							: url.startsWith("/v1/auth/")
								? { auth: { client_token: "vault-t0ken" } }
								: { data: { data: secret, metadata: { version: 1 } } },
					),
				);
			});
		});
		await new Promise<void>((resolve) =>
			server.listen(0, "127.0.0.1", () => resolve()),
		);
		lab.onClose(
			() => new Promise((resolve) => server.close(() => resolve(undefined))),
		);
		address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		writeFileSync(join(lab.folder, "exports"), "/srv/a 10.0.0.1(ro)\n");
		writeFileSync(join(lab.folder, "jwt"), "pod-t0ken\n");
		mkdirSync(join(lab.folder, "pve"));
	});
	beforeEach(() => {
		asked.length = 0;
		status = 200;
		secret = {
			private_key: sshd.key,
			public_key: "unused",
			known_hosts_entry: sshd.knownHosts,
		};
	});

	/** A dry run: it logs in, and ends before it needs what is not here. */
	async function login(
		env: Readonly<Record<string, string>> = {},
	): Promise<Finished> {
		const ran = await runProgram(
			SCRIPT,
			["--dry-run", join(lab.folder, "exports")],
			{
				PVE_SSH_HOST: sshd.host,
				PVE_SSH_PORT: String(sshd.port),
				PVE_SSH_USER: sshd.user,
				PVE_ROOT: join(lab.folder, "pve"),
				VAULT_ADDR: address,
				VAULT_JWT_FILE: join(lab.folder, "jwt"),
				TMPDIR: lab.folder,
				...env,
			},
		);
		expect(ran.stdout + ran.stderr).not.toMatch(/t0ken|PRIVATE KEY/);
		expect(shown).toEqual([]);
		expect(
			readdirSync(lab.folder).filter((name) => name.startsWith("tmp.")),
		).toEqual([]);
		return ran;
	}

	lab.test(
		"the pod's own token, the role ci, one secret for key and host key",
		async () => {
			expectExit(await login(), 0);
			expect(asked.map(({ url }) => url)).toEqual([
				"/v1/auth/kubernetes/login",
				"/v1/secret/data/woodpecker/pve_ssh_key",
			]);
			expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
				role: "ci",
				jwt: "pod-t0ken",
			});
			expect(asked[1]?.headers["x-vault-token"]).toBe("vault-t0ken");
		},
	);

	lab.test("a token that is there, another mount and path", async () => {
		const ran = await login({
			VAULT_TOKEN: "own-t0ken",
			VAULT_KV_MOUNT: "kv",
			PVE_SSH_VAULT_PATH: "machines/pve",
		});
		expectExit(ran, 0);
		expect(asked.map(({ url }) => url)).toEqual(["/v1/kv/data/machines/pve"]);
		expect(asked[0]?.headers["x-vault-token"]).toBe("own-t0ken");
	});

	lab.test(
		"the key from the environment, only the host key from Vault",
		async () => {
			secret.private_key = newKey(lab.folder, "stale").privateKey;
			expectExit(await login({ PVE_SSH_KEY: sshd.key.trim() }), 0);
			expect(asked.length).toBe(2);
		},
	);

	lab.test("what Vault does not give", async () => {
		status = 403;
		const denied = await login();
		expectExit(denied, 3);
		expect(denied.stderr).toContain(
			`vault at ${address}/v1/auth/kubernetes/login: got 403, wanted 200: permission denied`,
		);
		status = 200;
		delete secret.known_hosts_entry;
		const without = await login();
		expectExit(without, 2);
		expect(without.stderr).toContain(
			"PVE_KNOWN_HOSTS: not set, and vault's woodpecker/pve_ssh_key has no known_hosts_entry",
		);
	});
});
