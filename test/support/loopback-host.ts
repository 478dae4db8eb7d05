import { execFileSync } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { HostFile } from "../../lib/registry-host/host-file";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import {
	type RegistryHost,
	type RegistryHostProps,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";
import type { Daemon } from "./daemon";
import { type Distribution, PASSWORD, USER } from "./distribution";
import { eventually } from "./eventually";
import { freePort } from "./free-port";
import { sha256 } from "./images";
import type { Lab } from "./lab";
import type { PrivateCa } from "./private-ca";
import { type PushTarget, send } from "./push";

/** What it takes to start one, and a certificate for it. */
export const LOOPBACK_PROGRAMS = [
	"registry2",
	"nginx",
	"dnsmasq",
	"htpasswd",
	"openssl",
] as const;

export interface LoopbackHostOptions {
	/** `tls` and `htpasswd` of a private one are made; ports and addresses are found. */
	readonly registries: readonly HostRegistryProps[];
	readonly programs: Readonly<
		Record<"registry2" | "nginx" | "dnsmasq" | "htpasswd", string>
	>;
	readonly tls: PrivateCa;
	readonly nginx?: RegistryHostProps["nginx"];
	readonly ui?: RegistryHostProps["ui"];
}

/** A cache of a registry of the test, as the model has it. */
export function cacheOf(
	name: string,
	upstream: Pick<Distribution, "origin">,
): HostRegistryProps {
	return { name, kind: "pull-through", upstream: { url: upstream.origin } };
}

let networks = 0;
const hexOf = (text: string) => sha256(text).slice("sha256:".length);

/**
 * The bundle of a host, on loopback by its own props alone: the rendered nginx and the rendered registries as real
 * programs, each service at its own address 127.77.x.y, their names in a real DNS server.
 */
export class LoopbackHost {
	readonly host: RegistryHost;
	readonly files: readonly HostFile[];
	/** Where each service is, by its name; what the DNS server says. */
	readonly addresses: Map<string, string>;
	readonly #lab: Lab;
	readonly #options: LoopbackHostOptions;
	readonly #folder: string;
	readonly #dnsPort: number;
	readonly #services: readonly string[];
	#dns: Daemon | undefined;
	readonly #registries = new Map<string, Daemon>();
	nginx!: Daemon;

	private constructor(
		lab: Lab,
		options: LoopbackHostOptions,
		host: RegistryHost,
		folder: string,
		dnsPort: number,
	) {
		this.#lab = lab;
		this.#options = options;
		this.#folder = folder;
		this.#dnsPort = dnsPort;
		this.host = host;
		this.files = registryHostBundle(host, hexOf);
		this.addresses = new Map(
			host.registries.map(({ service, ipv4 }) => [service, ipv4]),
		);
		if (host.ui) this.addresses.set("registry-ui", host.ui.ipv4);
		this.#services = [...this.addresses.keys()];
	}

	static async start(
		lab: Lab,
		options: LoopbackHostOptions,
	): Promise<LoopbackHost> {
		const folder = join(lab.folder, `host-${networks}`);
		const network = `127.77.${(process.pid + networks++ * 7) % 250}`;
		const dnsPort = await freePort();
		const backendPort = await freePort();
		const registries: HostRegistryProps[] = [];
		for (const [i, each] of options.registries.entries()) {
			const ipv4 = `${network}.${10 + i}`;
			registries.push({
				port: await freePort(),
				ipv4,
				listen: `${ipv4}:${backendPort}`,
				storage: join(folder, "data", each.name),
				...(each.kind === "private" && {
					tls: {
						certificate: options.tls.certificateFile,
						key: options.tls.keyFile,
					},
					htpasswd: join(folder, "htpasswd"),
				}),
				...each,
				...(each.metrics && {
					metrics: { ...each.metrics, port: await freePort() },
				}),
			});
		}
		const host = registryHost({
			host: "localhost",
			address: "127.0.0.1",
			base: folder,
			compose: { subnet: `${network}.0/24` },
			registries,
			ui:
				options.ui === false
					? false
					: { port: await freePort(), backendPort, ...options.ui },
			nginx: {
				resolver: `127.0.0.1:${dnsPort}`,
				resolverValid: "1s",
				listen: "127.0.0.1",
				// where it is not ours to choose nginx warns about the line
				user: process.getuid?.() === 0 && userInfo().username,
				pid: join(folder, "nginx.pid"),
				errorLog: join(folder, "nginx-error.log"),
				accessLog: join(folder, "nginx-access.log"),
				folder: join(folder, "nginx"),
				cache: { zone: "10m", max: "100m" },
				...options.nginx,
			},
		});
		const loopback = new LoopbackHost(lab, options, host, folder, dnsPort);
		loopback.#write();
		await loopback.tellDns();
		for (const { name } of host.registries) await loopback.startRegistry(name);
		loopback.nginx = await loopback.startNginx(
			"nginx",
			`${host.base}/nginx.conf`,
			host.registries.map(({ port }) => port),
		);
		return loopback;
	}

	/** Of a file of the VM that the bundle wrote. */
	path(name: string): string {
		return join(this.#folder, name);
	}

	/** How a client reaches a registry through nginx. */
	target(name: string): PushTarget {
		const { port, tls, htpasswd } = this.registry(name);
		return {
			origin: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
			...(htpasswd && { user: USER, password: PASSWORD }),
			...(tls && { ca: this.#options.tls.ca }),
		};
	}

	registry(name: string): RegistryHost["registries"][number] {
		const found = this.host.registries.find((each) => each.name === name);
		if (!found) throw new Error(`no registry ${name}`);
		return found;
	}

	/** Starts a registry, at another address when `addresses` says so. */
	async startRegistry(name: string): Promise<void> {
		const { service, configFile, backendPort, ipv4 } = this.registry(name);
		const address = this.addresses.get(service) ?? ipv4;
		const moved = address !== ipv4;
		const daemon = await this.#lab.start({
			name: service,
			command: this.#options.programs.registry2,
			args: ["serve", configFile],
			env: moved
				? { REGISTRY_HTTP_ADDR: `${address}:${backendPort}` }
				: undefined,
			ready: async () =>
				[200, 401].includes(
					(
						await send(
							{ origin: `http://${address}:${backendPort}` },
							"GET",
							"/v2/",
						)
					).status,
				),
		});
		this.#registries.set(name, daemon);
	}

	async stopRegistry(name: string): Promise<void> {
		await this.#registries.get(name)?.stop();
	}

	/** The DNS server says the addresses as they are now; 600 s to live each, as Docker's. */
	async tellDns(): Promise<void> {
		const names = this.path("names");
		const pidFile = this.path("dnsmasq.pid");
		writeFileSync(
			names,
			[...this.addresses].map(([name, ip]) => `${ip} ${name}\n`).join(""),
		);
		const resolver = new Resolver({ timeout: 300, tries: 1 });
		resolver.setServers([`127.0.0.1:${this.#dnsPort}`]);
		const isTold = async () => {
			for (const name of this.#services) {
				const known = await resolver.resolve4(name).catch(() => []);
				if (known[0] !== this.addresses.get(name)) return false;
			}
			return true;
		};
		if (this.#dns) {
			process.kill(Number(readFileSync(pidFile, "utf8")), "SIGHUP");
			await eventually("the DNS server's names", isTold, (told) => told);
			return;
		}
		this.#dns = await this.#lab.start({
			name: "dnsmasq",
			command: this.#options.programs.dnsmasq,
			args: [
				"--keep-in-foreground",
				"--conf-file=/dev/null",
				"--no-resolv",
				"--no-hosts",
				`--addn-hosts=${names}`,
				`--port=${this.#dnsPort}`,
				"--listen-address=127.0.0.1",
				"--bind-interfaces",
				"--local-ttl=600",
				`--user=${userInfo().username}`,
				`--pid-file=${pidFile}`,
				"--log-facility=-",
			],
			ready: isTold,
		});
	}

	/**
	 * A second nginx on the rendered configuration with something changed, each server on a port of its own: how the
	 * wrong way of writing it behaves. Returns where it serves what the rendered one serves on `port`.
	 *
	 * @throws Error when a change finds nothing to change.
	 */
	async startChanged(
		port: number,
		...changes: readonly (readonly [what: string | RegExp, by: string])[]
	): Promise<{ port: number; stop: () => Promise<void> }> {
		const name = `changed-${await freePort()}`;
		let text = readFileSync(this.path("nginx.conf"), "utf8")
			.replaceAll(this.host.nginx.pid, join(this.#folder, `${name}.pid`))
			.replaceAll(`${this.host.nginx.folder}/`, `${this.path(name)}-`);
		for (const [what, by] of changes) {
			const changed = text.replaceAll(what, by);
			if (changed === text) throw new Error(`no ${what} in nginx.conf`);
			text = changed;
		}
		let found = 0;
		for (const [, old = ""] of text.matchAll(/listen 127\.0\.0\.1:(\d+)/g)) {
			const other = await freePort();
			if (Number(old) === port) found = other;
			text = text.replace(
				`listen 127.0.0.1:${old}`,
				`listen 127.0.0.1:${other}`,
			);
		}
		if (found === 0) throw new Error(`no server listens on ${port}`);
		writeFileSync(this.path(`${name}.conf`), text);
		const daemon = await this.startNginx(name, this.path(`${name}.conf`), [
			found,
		]);
		return { port: found, stop: () => daemon.stop() };
	}

	/**
	 * Whether a nginx can be started for which the services' names are in the system's own name service: what stands
	 * literally in a configuration is looked up there, once, at the start.
	 */
	static canNameServices(): boolean {
		try {
			execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
			return process.getuid?.() === 0;
		} catch {
			return false;
		}
	}

	/** nginx on a configuration; ready when it listens on every port. */
	async startNginx(
		name: string,
		file: string,
		ports: readonly number[],
	): Promise<Daemon> {
		const nginx = [
			this.#options.programs.nginx,
			...["-p", this.#folder, "-c", file, "-g", "daemon off;"],
		];
		const hosts = this.path("hosts");
		writeFileSync(
			hosts,
			[...this.addresses].map(([service, ip]) => `${ip} ${service}\n`).join(""),
		);
		const named = `mount --bind ${hosts} /etc/hosts && exec "$@"`;
		const [command = "", ...args] = LoopbackHost.canNameServices()
			? ["unshare", "--mount", "sh", "-c", named, "sh", ...nginx]
			: nginx;
		return this.#lab.start({
			name,
			command,
			args,
			ready: async () => {
				for (const port of ports)
					await send({ origin: `http://127.0.0.1:${port}` }, "GET", "/healthz");
				return true;
			},
		});
	}

	#write(): void {
		for (const { path, text } of this.files) {
			if (!path.startsWith("vm/")) continue;
			const file = path.slice("vm".length);
			// units and the like belong elsewhere on a real VM
			if (!file.startsWith(this.#folder)) continue;
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text);
		}
		for (const { storage } of this.host.registries)
			mkdirSync(storage, { recursive: true });
		mkdirSync(this.host.nginx.folder, { recursive: true });
		execFileSync(
			this.#options.programs.htpasswd,
			["-cbB", "-C", "5", join(this.#folder, "htpasswd"), USER, PASSWORD],
			{ stdio: "ignore" },
		);
	}
}
