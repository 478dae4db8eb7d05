import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { parse } from "yaml";
import { nginxFile } from "../../lib/registry-host/nginx";
import {
	type RegistryHostProps,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { Distribution, PASSWORD, USER } from "../support/distribution";
import { image, multiArch, sha256 } from "../support/images";
import { Lab } from "../support/lab";
import {
	cacheOf,
	LOOPBACK_PROGRAMS,
	LoopbackHost,
} from "../support/loopback-host";
import { type PrivateCa, privateCa } from "../support/private-ca";
import { pushContent, send } from "../support/push";
import { ifPresent, requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { Storage } from "../support/storage";

const { suite, programs } = requirePrograms(...LOOPBACK_PROGRAMS, "skopeo");

suite("the rendered nginx before the rendered registries", () => {
	const lab = new Lab();
	let tls: PrivateCa;
	let upstream: Distribution;
	let host: LoopbackHost;
	const app = multiArch("app", { tarballs: true });
	const others = { dockerhub: image("of dockerhub"), ghcr: image("of ghcr") };

	lab.before(async () => {
		tls = privateCa(programs.openssl, lab.folder, "localhost");
		upstream = await Distribution.start(lab, {
			name: "upstream",
			program: programs.registry2,
		});
		await pushContent(upstream.target, "library/app", app, "v1");
		host = await LoopbackHost.start(lab, {
			programs,
			tls,
			registries: [
				{
					...cacheOf("dockerhub", upstream),
					metrics: { port: 5001, allow: ["127.0.0.1/32"] },
				},
				cacheOf("ghcr", upstream),
				{ name: "private", kind: "private" },
			],
		});
		// what only one of the caches has: its upstream has lost it
		for (const [name, content] of Object.entries(others))
			new Storage(host.registry(name).storage).put("only/here", content, "v1");
	});

	const blobPath = (repository: string, digest: string) =>
		`/v2/${repository}/blobs/${digest}`;

	lab.test(
		"nginx -t finds nothing to say, whatever the model says",
		async () => {
			const { host: name, address, nginx, compose, registries } = host.host;
			const [dockerhub, ghcr] = registries;
			if (!dockerhub || !ghcr) throw new Error("no caches");
			const certificate = {
				certificate: tls.certificateFile,
				key: tls.keyFile,
			};
			const allow = ["127.0.0.0/8", "10.0.0.0/8"];
			const variants: Partial<RegistryHostProps>[] = [
				{},
				{ registries: [dockerhub, ghcr], ui: { registry: "ghcr", allow } },
				{
					registries: [
						{ ...dockerhub, tls: certificate, cacheBlobs: false },
						{ ...ghcr, nginxSnippet: ["limit_rate 100m;"] },
					],
					ui: { registry: "dockerhub" },
				},
				{ nodeExporter: { image: "node-exporter:1.9.1", allow } },
				{
					nginx: {
						...nginx,
						user: false,
						listen: undefined,
						tlsProtocols: ["TLSv1.3"],
						cache: { zone: "1m", max: "1g", minUses: 1 },
						snippet: ["map $uri $other { default 1; }"],
					},
				},
			];
			for (const [i, variant] of variants.entries()) {
				const file = join(lab.folder, `variant-${i}.conf`);
				writeFileSync(
					file,
					nginxFile(
						registryHost({
							host: name,
							address,
							nginx,
							compose,
							registries,
							ui: { port: 29_000 + i },
							...variant,
						}),
					).text,
				);
				const { code, stderr } = await runProgram(programs.nginx, [
					"-t",
					"-p",
					lab.folder,
					"-c",
					file,
				]);
				expect({
					i,
					code,
					warnings: stderr.match(/\[(warn|emerg|error)\].*/g),
				}).toEqual({ i, code: 0, warnings: null });
			}
		},
	);

	lab.test("a multi-arch image through every port", async () => {
		const auth = join(lab.folder, "auth.json");
		const token = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
		const at = (name: string) => new URL(host.target(name).origin).host;
		writeFileSync(
			auth,
			JSON.stringify({ auths: { [at("private")]: { auth: token } } }),
		);
		const copy = (...args: string[]) =>
			runProgram(
				programs.skopeo,
				["copy", "--all", "--quiet", "--insecure-policy", ...args],
				{
					REGISTRY_AUTH_FILE: auth,
					HOME: lab.folder,
					SSL_CERT_FILE: tls.caFile,
				},
			);
		const pushed = await copy(
			"--src-tls-verify=false",
			`docker://${upstream.host}/library/app:v1`,
			`docker://${at("private")}/library/app:v1`,
		);
		expect(pushed).toMatchObject({ code: 0 });
		for (const { name, tls } of host.host.registries) {
			const folder = join(lab.folder, `pulled-${name}`);
			const pulled = await copy(
				...(tls ? [] : ["--src-tls-verify=false"]),
				`docker://${at(name)}/library/app:v1`,
				`dir:${folder}`,
			);
			expect({ name, ...pulled }).toMatchObject({ name, code: 0 });
			const bytes = readFileSync(join(folder, "manifest.json"));
			expect(sha256(bytes)).toBe(app.root);
			// every child and every blob of every platform, and the version file of skopeo
			expect(readdirSync(folder)).toHaveLength(
				app.manifests.size + app.blobs.size + 1,
			);
		}
	});

	lab.test("every port says whether what is behind it lives", async () => {
		const { ui, registries } = host.host;
		const health = async (name: string) =>
			(await send({ ...host.target(name), user: undefined }, "GET", "/healthz"))
				.status;
		for (const { name } of registries) expect(await health(name)).toBe(200);
		await host.stopRegistry("ghcr");
		expect(await health("ghcr")).toBe(502);
		expect(await health("dockerhub")).toBe(200);
		await host.startRegistry("ghcr");
		expect(await health("ghcr")).toBe(200);
		expect(ui?.registry.name).toBe("private");
	});

	ifPresent(existsSync("/usr/bin/wget"), "wget")("health checks", () => {
		/** What compose runs in a container, here beside it; busybox's wget has the same flags. */
		async function healthy(service: string): Promise<boolean> {
			const { services } = parse(
				readFileSync(host.path("docker-compose.yml"), "utf8"),
			);
			const [, command] = services[service].healthcheck.test;
			const { code } = await runProgram("sh", ["-c", command]);
			return code === 0;
		}

		lab.test(
			"of a registry and of nginx: who asks for a login lives, who is stopped does not",
			async () => {
				const services = ["nginx", "registry-ghcr", "registry-private"];
				expect(await Promise.all(services.map(healthy))).toEqual([
					true,
					true,
					true,
				]);
				await host.stopRegistry("ghcr");
				expect(await Promise.all(services.map(healthy))).toEqual([
					false,
					false,
					true,
				]);
				await host.startRegistry("ghcr");
			},
		);
	});

	lab.test(
		"nobody writes to a cache, deletes by its port or from the page",
		async () => {
			const [digest = ""] = others.dockerhub.blobs.keys();
			const answers = await Promise.all(
				[
					["POST", "/v2/library/app/blobs/uploads/"],
					["DELETE", blobPath("only/here", digest)],
					["DELETE", `/v2/only/here/manifests/${others.dockerhub.root}`],
				].map(([method = "", path = ""]) =>
					send(host.target("dockerhub"), method, path),
				),
			);
			expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
			const page = {
				...host.target("private"),
				origin: `https://127.0.0.1:${host.host.ui?.port}`,
			};
			const deleted = await send(
				page,
				"DELETE",
				`/v2/library/app/manifests/${app.root}`,
			);
			expect(deleted.status).toBe(403);
			expect((await send(page, "GET", "/v2/_catalog")).status).toBe(200);
		},
	);

	lab.test(
		"metrics for those who may, and nothing else of that port",
		async () => {
			const metrics = host.registry("dockerhub").metrics;
			const at = { origin: `http://127.0.0.1:${metrics?.port}` };
			const { status, body } = await send(at, "GET", "/metrics");
			expect(status).toBe(200);
			expect(body.toString()).toContain("registry_storage_cache_total");
			expect((await send(at, "GET", "/debug/vars")).status).toBe(404);
			const { port, stop } = await host.startChanged(metrics?.port ?? 0, [
				"allow 127.0.0.1/32;",
				"allow 10.0.20.0/24;",
			]);
			const elsewhere = { origin: `http://127.0.0.1:${port}` };
			expect((await send(elsewhere, "GET", "/metrics")).status).toBe(403);
			await stop();
		},
	);

	lab.test("TLS 1.2 and 1.3, nothing older", async () => {
		const negotiated = (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") =>
			new Promise<string>((resolve) => {
				const socket = connect(
					{
						port: host.registry("private").port,
						host: "127.0.0.1",
						ca: tls.ca,
						minVersion: version,
						maxVersion: version,
						// node's own OpenSSL refuses TLS 1.1 otherwise
						ciphers: "DEFAULT:@SECLEVEL=0",
					},
					() => {
						resolve(String(socket.getProtocol()));
						socket.end();
					},
				);
				socket.once("error", () => resolve("refused"));
			});
		expect(await negotiated("TLSv1.1")).toBe("refused");
		expect(await negotiated("TLSv1.2")).toBe("TLSv1.2");
		expect(await negotiated("TLSv1.3")).toBe("TLSv1.3");
	});
});
