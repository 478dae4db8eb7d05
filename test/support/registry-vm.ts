import { createHash } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Lab } from "./lab";
import { Sshd } from "./sshd";

/** Paths below `/` of the VM, and their texts; what is in a `bin/` is executable. */
export type Files = Readonly<Record<string, string>>;

const STAND_INS = join(__dirname, "vm");

/**
 * A folder of this machine that stands for the registry VM, behind a real sshd: compose files are read by the real
 * docker-compose, containers are processes, units are enabled by the real systemctl in that folder.
 */
export class RegistryVm {
	readonly root: string;
	readonly sshd: Sshd;
	/** PATH of what runs on the VM. */
	readonly searchPath: string;
	readonly #state: string;

	private constructor(
		root: string,
		state: string,
		searchPath: string,
		sshd: Sshd,
	) {
		this.searchPath = searchPath;
		this.root = root;
		this.#state = state;
		this.sshd = sshd;
	}

	/** @param services what runs in place of a service's container: lines of sh, with the VM's root as `$1`. */
	static async start(
		lab: Lab,
		programs: { readonly sshd: string; readonly "docker-compose": string },
		services: Readonly<Record<string, string>>,
	): Promise<RegistryVm> {
		const root = join(lab.folder, "vm");
		const state = join(lab.folder, "state");
		const bin = join(lab.folder, "bin");
		for (const folder of [root, join(state, "services"), bin])
			mkdirSync(folder, { recursive: true });
		for (const name of readdirSync(STAND_INS))
			executable(
				join(bin, name),
				`#!/bin/sh\nexport VM_ROOT=${root} VM_STATE=${state} DOCKER_COMPOSE=${programs["docker-compose"]}\nexec ${join(STAND_INS, name)} "$@"\n`,
			);
		for (const [name, line] of Object.entries(services))
			executable(join(state, "services", name), `#!/bin/sh\nexec ${line}\n`);
		const searchPath = `${bin}:${process.env.PATH}:/usr/sbin`;
		const sshd = await Sshd.start(lab, programs.sshd, searchPath);
		const vm = new RegistryVm(root, state, searchPath, sshd);
		lab.onClose(async () => vm.#halt());
		return vm;
	}

	/** Environment of ci/registry-config-sync. */
	get settings(): Record<string, string> {
		return {
			...this.sshd.settings("REGISTRY"),
			REGISTRY_ROOT: this.root,
			HEALTH_SECONDS: "30",
			DRAIN_SECONDS: "1",
		};
	}

	path(path: string): string {
		return join(this.root, path);
	}

	write(files: Files): void {
		writeFiles(this.root, files);
	}

	/** Every file below these folders of the VM, with its text; of the store only the names. */
	files(...below: readonly string[]): Files {
		return Object.fromEntries(
			below
				.filter((folder) => existsSync(this.path(folder)))
				.flatMap((folder) =>
					readdirSync(this.path(folder), {
						recursive: true,
						withFileTypes: true,
					}),
				)
				.filter((entry) => entry.isFile())
				.map((entry) => {
					const file = join(entry.parentPath, entry.name);
					return [relative(this.root, file), readFileSync(file, "utf8")];
				}),
		);
	}

	/** What Docker and systemd were told to do since the last call, in order. */
	done(): readonly string[] {
		const file = join(this.#state, "done");
		if (!existsSync(file)) return [];
		const lines = readFileSync(file, "utf8").trimEnd().split("\n");
		rmSync(file);
		return lines;
	}

	/** Process behind a service; undefined where none runs. */
	pid(service: string): number | undefined {
		const file = join(this.#state, `${service}.pid`);
		return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
	}

	/** What `docker ps` says of a service's health, `" (unhealthy)"`, and what the healthcheck itself said. */
	setHealth(service: string, health: string, said = ""): void {
		writeFileSync(join(this.#state, `${service}.health`), health);
		writeFileSync(join(this.#state, `${service}.looked`), said);
	}

	/** Seconds that starting a container takes. */
	setSlow(seconds: number): void {
		writeFileSync(join(this.#state, "slow"), String(seconds));
	}

	/** Images that are neither here nor anywhere. */
	setMissingImages(...images: readonly string[]): void {
		writeFileSync(join(this.#state, "no-image"), images.join("\n"));
	}

	#halt(): void {
		for (const name of readdirSync(this.#state))
			if (name.endsWith(".pid"))
				try {
					process.kill(Number(readFileSync(join(this.#state, name), "utf8")));
				} catch {
					// it ended by itself
				}
	}
}

/** Writes a bundle with its manifest of hashes into a folder that is emptied first. */
export function writeBundle(folder: string, files: Files): void {
	rmSync(folder, { recursive: true, force: true });
	writeFiles(folder, files);
	const lines = Object.entries(files).map(
		([path, text]) =>
			`${createHash("sha256").update(text).digest("hex")}  ${path}\n`,
	);
	writeFileSync(join(folder, "opt/registry/bundle.sha256"), lines.join(""));
}

export function without(files: Files, ...paths: readonly string[]): Files {
	return Object.fromEntries(
		Object.entries(files).filter(([path]) => !paths.includes(path)),
	);
}

function writeFiles(folder: string, files: Files): void {
	for (const [path, text] of Object.entries(files)) {
		const file = join(folder, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
		chmodSync(file, path.includes("/bin/") ? 0o755 : 0o644);
	}
}

function executable(file: string, text: string): void {
	writeFileSync(file, text);
	chmodSync(file, 0o755);
}

/** Permission bits of a file. */
export function modeOf(file: string): number {
	return statSync(file).mode & 0o777;
}
