import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Distribution, PASSWORD, USER } from "./distribution";
import type { Lab } from "./lab";
import type { PrivateCa } from "./private-ca";
import { type Finished, runProgram } from "./run-program";

/** The programs that people pull with, against a registry of the lab. */
export class RegistryClients {
	readonly #registry: Distribution;
	readonly #env: Readonly<Record<string, string>>;
	readonly #folder: string;
	readonly #programs: { readonly skopeo?: string; readonly crane?: string };
	#copies = 0;

	constructor(
		lab: Lab,
		registry: Distribution,
		tls: PrivateCa,
		programs: { readonly skopeo?: string; readonly crane?: string },
	) {
		this.#registry = registry;
		this.#programs = programs;
		this.#folder = join(lab.folder, `clients-${registry.port}`);
		mkdirSync(this.#folder);
		const auth = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
		writeFileSync(
			join(this.#folder, "config.json"),
			JSON.stringify({ auths: { [registry.host]: { auth } } }),
		);
		this.#env = {
			HOME: this.#folder,
			DOCKER_CONFIG: this.#folder,
			REGISTRY_AUTH_FILE: join(this.#folder, "config.json"),
			SSL_CERT_FILE: tls.caFile,
		};
	}

	/** `skopeo copy` of every platform of an image to a folder; its exit code and what it said. */
	copy(image: string): Promise<Finished> {
		return runProgram(
			this.#programs.skopeo ?? "",
			[
				"copy",
				"--quiet",
				"--all",
				"--insecure-policy",
				`docker://${this.#registry.host}/${image}`,
				`dir:${join(this.#folder, `copy-${this.#copies++}`)}`,
			],
			this.#env,
		);
	}

	/** `crane validate`: reads every byte of an image. */
	validate(image: string): Promise<Finished> {
		return runProgram(
			this.#programs.crane ?? "",
			["validate", "--remote", `${this.#registry.host}/${image}`],
			this.#env,
		);
	}
}
