import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { composeFile } from "../../lib/registry-host/compose";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import { hostScripts } from "../../lib/registry-host/host-scripts";
import { registryConfigFile } from "../../lib/registry-host/registry-config";
import { registryHost } from "../../lib/registry-host/registry-host";
import type { Daemon } from "../support/daemon";
import { Distribution } from "../support/distribution";
import { freePort } from "../support/free-port";
import {
	image as contentOf,
	MEDIA,
	multiArch,
	sha256,
} from "../support/images";
import { Lab } from "../support/lab";
import { type PushTarget, pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runCli } from "../support/run-cli";
import { type Finished, runProgram } from "../support/run-program";
import { host } from "../support/settings-host";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"docker-compose",
);

/** What a shell, compose or an environment file could take for something of theirs. */
const SECRET = `it's $HOME "x" #1 \\n`;
const CACHES = ["dockerhub", "ghcr", "quay", "k8s", "kyverno"];

suite("the rendered registry configurations, each in a real registry", () => {
	const lab = new Lab();
	let upstream: Distribution;
	const app = multiArch("app");

	lab.before(async () => {
		upstream = await Distribution.start(lab, {
			name: "upstream",
			program: programs.registry2,
		});
		await pushContent(upstream.target, "library/app", app, "v1");
	});

	/** The script of the user's own bundle, with a stand-in for Vault's command line. */
	function fetchSecrets(root: string): Promise<Finished> {
		const bin = join(root, "bin");
		mkdirSync(bin, { recursive: true });
		const vault = [
			"#!/bin/sh",
			'case "$*" in',
			"'kv get -mount=secret -field=registry_user viktor') echo ci ;;",
			"'kv get -mount=secret -field=registry_password viktor' | 'kv get -mount=secret -field=dockerhub_registry_password infra')",
			"  printf '%s' \"$SECRET\" ;;",
			"*) exit 2 ;;",
			"esac",
			"",
		];
		writeFileSync(join(bin, "vault"), vault.join("\n"), { mode: 0o755 });
		const script = hostScripts(host).find(({ path }) =>
			path.endsWith("/fetch-secrets"),
		);
		writeFileSync(join(bin, "fetch-secrets"), script?.text ?? "", {
			mode: 0o755,
		});
		return runProgram(join(bin, "fetch-secrets"), [], {
			PATH: `${bin}:${dirname(programs.htpasswd)}:${process.env.PATH}`,
			REGISTRY_ROOT: root,
			SECRET,
		});
	}

	/** One registry of a host on loopback, its configuration written to a file. */
	async function written(
		folder: string,
		props: HostRegistryProps,
	): Promise<{ file: string; target: PushTarget; storage: string }> {
		const port = await freePort();
		const storage = join(lab.folder, folder, props.name);
		mkdirSync(storage, { recursive: true });
		const { registries } = registryHost({
			host: "localhost",
			address: "127.0.0.1",
			base: join(lab.folder, folder),
			registries: [
				{
					listen: `127.0.0.1:${port}`,
					storage,
					...(props.metrics && {
						metrics: { ...props.metrics, port: await freePort() },
					}),
					...props,
				},
			],
		});
		const [registry] = registries;
		if (!registry) throw new Error("no registry");
		writeFileSync(registry.configFile, registryConfigFile(registry).text);
		return {
			file: registry.configFile,
			storage,
			target: { origin: `http://127.0.0.1:${port}` },
		};
	}

	function serve(
		name: string,
		program: string,
		file: string,
		{ origin }: PushTarget,
		env: Readonly<Record<string, string>> = {},
	): Promise<Daemon> {
		return lab.start({
			name,
			command: program,
			args: ["serve", file],
			env: { OTEL_TRACES_EXPORTER: "none", ...env },
			ready: async () =>
				[200, 401].includes((await send({ origin }, "GET", "/v2/")).status),
		});
	}

	describe.each([
		["2.8.2", "registry2", "registry:2.8.3"],
		["3.1.1", "registry3", "registry:3.1.1"],
	] as const)("distribution %s", (version, program, image) => {
		lab.test(
			"each cache starts, pulls through what it has not, and its scan stays quiet",
			async () => {
				for (const name of CACHES) {
					const { file, target, storage } = await written(version, {
						name,
						kind: "pull-through",
						image,
						upstream: { url: upstream.origin },
						...(name === "dockerhub" && {
							metrics: { port: 5001, allow: ["10.0.20.0/24"] },
						}),
					});
					const daemon = await serve(
						`${name}-${version}`,
						programs[program],
						file,
						target,
					);
					const root = await send(
						target,
						"GET",
						"/v2/library/app/manifests/v1",
						undefined,
						{ accept: MEDIA.ociIndex },
					);
					expect([name, sha256(root.body)]).toEqual([name, app.root]);
					// one platform alone, as a node does: the rest of the index is never here
					const [digest = "", manifest] = [...app.manifests][0] ?? [];
					const child = await send(
						target,
						"GET",
						`/v2/library/app/manifests/${digest}`,
						undefined,
						{ accept: manifest?.mediaType ?? "" },
					);
					expect(sha256(child.body)).toBe(digest);
					const { config, layers } = JSON.parse(child.body.toString());
					for (const blob of [config, ...layers]) {
						const got = await send(
							target,
							"GET",
							`/v2/library/app/blobs/${blob.digest}`,
						);
						expect(sha256(got.body)).toBe(blob.digest);
					}
					// and a manifest that somebody only looked at
					const [other = "", looked] = [...app.manifests][1] ?? [];
					const seen = await send(
						target,
						"GET",
						`/v2/library/app/manifests/${other}`,
						undefined,
						{ accept: looked?.mediaType ?? "" },
					);
					expect(sha256(seen.body)).toBe(other);
					// written behind the answer
					await daemon.stop();
					const scanned = await runCli(["scan", storage, "--cache", "--json"]);
					expect(JSON.parse(scanned.out)).toMatchObject({
						outcome: "complete",
						findings: [],
					});
					expect(scanned.code).toBe(0);
					expect(readFileSync(daemon.logFile, "utf8")).not.toMatch(
						/level=(error|fatal)|panic/,
					);
				}
			},
		);

		lab.test(
			"the private one asks for the login that was fetched, is pushed to and deleted from",
			async () => {
				const root = join(lab.folder, `vm-${version}`);
				const fetched = await fetchSecrets(root);
				expect(fetched).toMatchObject({ code: 0 });
				expect(fetched.stderr).toContain(
					"docker compose up -d --force-recreate",
				);
				expect(fetched.stdout + fetched.stderr).not.toContain(SECRET);
				const htpasswd = join(root, "opt/registry/htpasswd");
				const guard = join(root, "opt/registry/secrets/private-guard.env");
				expect(readFileSync(guard, "utf8")).toBe(
					`REG_USER=ci\nREG_PASS=${SECRET}\n`,
				);
				for (const file of [htpasswd, guard])
					expect(statSync(file).mode & 0o777).toBe(0o600);
				const { file, target } = await written(`private-${version}`, {
					name: "private",
					kind: "private",
					image,
					htpasswd,
				});
				const daemon = await serve(
					`private-${version}`,
					programs[program],
					file,
					target,
				);
				expect((await send(target, "GET", "/v2/")).status).toBe(401);
				const known = { ...target, user: "ci", password: SECRET };
				const pushed = contentOf("pushed");
				await pushContent(known, "team/app", pushed, "v1");
				const path = `/v2/team/app/manifests/${pushed.root}`;
				expect((await send(known, "DELETE", path)).status).toBe(202);
				await daemon.stop();
			},
		);

		lab.test(
			"a cache logs in upstream with what its environment file says",
			async () => {
				const root = join(lab.folder, `login-${version}`);
				expect(await fetchSecrets(root)).toMatchObject({ code: 0 });
				const compose = join(root, "docker-compose.yml");
				writeFileSync(
					compose,
					composeFile(
						registryHost({
							host: "localhost",
							address: "127.0.0.1",
							base: join(root, "opt/registry"),
							registries: host.registries.filter(
								({ name }) => name === "dockerhub",
							),
						}),
					).text,
				);
				const read = await runProgram(
					programs["docker-compose"],
					["-f", compose, "config", "--format", "json"],
					{ HOME: root },
				);
				const env = Object.fromEntries(
					Object.entries<string>(
						JSON.parse(read.stdout).services["registry-dockerhub"].environment,
						// what compose prints is a compose file again: a $ stands there twice
					).map(([key, value]) => [key, value.replaceAll("$$", "$")]),
				);
				const seen: string[] = [];
				const server = createServer((request, response) => {
					const origin = `http://${request.headers.host}`;
					if (request.url?.startsWith("/token")) {
						seen.push(String(request.headers.authorization));
						response.end(JSON.stringify({ token: "t", access_token: "t" }));
					} else
						response
							.writeHead(401, {
								"www-authenticate": `Bearer realm="${origin}/token",service="hub"`,
							})
							.end();
				});
				const port = await freePort();
				await new Promise<void>((resolve) =>
					server.listen(port, "127.0.0.1", resolve),
				);
				const { file, target } = await written(`login-${version}`, {
					name: "dockerhub",
					kind: "pull-through",
					image,
					upstream: { url: `http://127.0.0.1:${port}` },
				});
				const daemon = await serve(
					`login-${version}`,
					programs[program],
					file,
					target,
					env,
				);
				await send(target, "GET", "/v2/library/app/manifests/v1");
				expect(seen).toContain(
					`Basic ${Buffer.from(`viktorbarzin:${SECRET}`).toString("base64")}`,
				);
				await daemon.stop();
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			},
		);

		lab.test(
			"a cache does not start without its upstream: restart: always is what brings it up",
			async () => {
				const { file, target } = await written(`lonely-${version}`, {
					name: "dockerhub",
					kind: "pull-through",
					image,
					upstream: { url: `http://127.0.0.1:${await freePort()}` },
				});
				await expect(
					serve(`lonely-${version}`, programs[program], file, target),
				).rejects.toThrow(/ended|connection refused/);
			},
		);
	});

	lab.test(
		"a key of 3.x is passed over by 2.8 without a word, and refused in the model",
		async () => {
			const { file, target } = await written("unknown", {
				name: "dockerhub",
				kind: "pull-through",
				upstream: { url: upstream.origin },
			});
			const text = readFileSync(file, "utf8");
			writeFileSync(file, `${text}  ttl: 1s\n  nonsense: true\n`);
			const daemon = await serve("unknown", programs.registry2, file, target);
			expect(readFileSync(daemon.logFile, "utf8")).not.toMatch(/ttl|nonsense/);
			await daemon.stop();
			await expect(
				written("refused", {
					name: "dockerhub",
					kind: "pull-through",
					upstream: { url: upstream.origin },
					extra: { proxy: { ttl: "1s" } },
				}),
			).rejects.toThrow(
				'registryHost.registries[dockerhub].extra.proxy.ttl: got "1s", wanted one of remoteurl, username, password (distribution 2.x)',
			);
		},
	);
});
