import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port";
import type { Lab } from "./lab";

/** A real sshd on loopback that lets in one key, as whoever runs the tests. */
export class Sshd {
	readonly host = "127.0.0.1";
	readonly port: number;
	readonly user = userInfo().username;
	/** PEM of the private key that is let in. */
	readonly key: string;
	/** Its line of known_hosts. */
	readonly knownHosts: string;

	private constructor(port: number, key: string, hostKey: string) {
		this.port = port;
		this.key = key;
		this.knownHosts = `[127.0.0.1]:${port} ${hostKey}`;
	}

	/** @param path PATH of what is run in it. */
	static async start(lab: Lab, program: string, path: string): Promise<Sshd> {
		const port = await freePort();
		const folder = join(lab.folder, `sshd-${port}`);
		mkdirSync(folder, { mode: 0o700 });
		// Debian's sshd wants the folder of its package's service when it runs as root
		if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
		const host = newKey(folder, "host");
		const client = newKey(folder, "client");
		const config = join(folder, "config");
		writeFileSync(
			config,
			[
				"ListenAddress 127.0.0.1",
				`Port ${port}`,
				`HostKey ${join(folder, "host")}`,
				`AuthorizedKeysFile ${join(folder, "client.pub")}`,
				"PidFile none",
				"UsePAM no",
				"PasswordAuthentication no",
				"KbdInteractiveAuthentication no",
				"PermitRootLogin prohibit-password",
				// the temporary folder's parents belong to nobody in particular
				"StrictModes no",
				"ForceCommand none",
				`SetEnv PATH=${path}`,
				"",
			].join("\n"),
		);
		await lab.start({
			name: `sshd-${port}`,
			command: program,
			args: ["-D", "-e", "-f", config],
			ready: () => greets(port),
		});
		return new Sshd(port, client.privateKey, host.publicKey);
	}

	/** Settings of the scripts that log in, by the prefix of their names. */
	settings(prefix: "REGISTRY" | "PVE"): Record<string, string> {
		return {
			[`${prefix}_SSH_HOST`]: this.host,
			[`${prefix}_SSH_PORT`]: String(this.port),
			[`${prefix}_SSH_USER`]: this.user,
			[`${prefix}_SSH_KEY`]: this.key,
			[`${prefix}_KNOWN_HOSTS`]: this.knownHosts,
		};
	}
}

/** A fresh ed25519 key without a passphrase. */
export function newKey(
	folder: string,
	name: string,
): { readonly privateKey: string; readonly publicKey: string } {
	const file = join(folder, name);
	execFileSync("ssh-keygen", [
		...["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file],
	]);
	chmodSync(`${file}.pub`, 0o644);
	return {
		privateKey: readFileSync(file, "utf8"),
		publicKey: readFileSync(`${file}.pub`, "utf8").trim(),
	};
}

function greets(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection(port, "127.0.0.1")
			.once("data", (banner) => {
				socket.destroy();
				resolve(banner.toString().startsWith("SSH-2.0"));
			})
			.once("error", () => resolve(false));
	});
}
