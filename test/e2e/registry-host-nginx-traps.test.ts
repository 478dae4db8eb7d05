import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { type Content, image, MEDIA } from "../support/images";
import { Lab } from "../support/lab";
import {
	cacheOf,
	LOOPBACK_PROGRAMS,
	LoopbackHost,
} from "../support/loopback-host";
import { type PrivateCa, privateCa } from "../support/private-ca";
import {
	type Answer,
	type PushTarget,
	pushContent,
	send,
} from "../support/push";
import { ifPresent, requirePrograms } from "../support/requires";
import { plant, Storage } from "../support/storage";

const { suite, programs } = requirePrograms(...LOOPBACK_PROGRAMS);

/** Each trap on a real nginx first, by the rendered file with the one thing changed; then the rendered file itself. */
suite("traps of nginx before registries", () => {
	const lab = new Lab();
	let tls: PrivateCa;
	let upstream: Distribution;
	let host: LoopbackHost;
	const OURS = "only/here";
	const content: Readonly<Record<string, Content>> = {
		dockerhub: image("of dockerhub"),
		ghcr: image("of ghcr"),
	};

	lab.before(async () => {
		tls = privateCa(programs.openssl, lab.folder, "localhost");
		upstream = await Distribution.start(lab, {
			name: "upstream",
			program: programs.registry2,
		});
		host = await LoopbackHost.start(lab, {
			programs,
			tls,
			registries: [
				cacheOf("dockerhub", upstream),
				cacheOf("ghcr", upstream),
				{ name: "private", kind: "private" },
				{
					name: "token",
					kind: "private",
					htpasswd: false,
					extra: {
						auth: {
							token: {
								realm: "https://unused.example/token",
								service: "registry",
								issuer: "lab",
								autoredirect: true,
								rootcertbundle: tls.caFile,
							},
						},
					},
				},
			],
		});
		for (const [name, each] of Object.entries(content))
			new Storage(host.registry(name).storage).put(OURS, each, "v1");
	});

	const at = (port: number): PushTarget => ({
		origin: `http://127.0.0.1:${port}`,
	});
	const portOf = (name: string) => host.registry(name).port;
	const blobsOf = (name: string) => [...(content[name]?.blobs.keys() ?? [])];
	const blob = (target: PushTarget, digest: string, method = "GET") =>
		send(target, method, `/v2/${OURS}/blobs/${digest}`);
	const manifest = (target: PushTarget, name: string) =>
		send(
			target,
			"GET",
			`/v2/${OURS}/manifests/${content[name]?.root}`,
			undefined,
			{ accept: MEDIA.ociManifest },
		);
	const status = async (answer: Promise<Answer>) =>
		answer.then(
			({ status }) => status,
			() => 0,
		);

	describe("a container comes back at another address", () => {
		/** As after `docker compose up -d`: both came back, each at the other's address. */
		async function exchange(): Promise<void> {
			const [one, other] = ["registry-dockerhub", "registry-ghcr"] as const;
			const was = host.addresses.get(one) ?? "";
			await host.stopRegistry("dockerhub");
			await host.stopRegistry("ghcr");
			host.addresses.set(one, host.addresses.get(other) ?? "");
			host.addresses.set(other, was);
			await host.startRegistry("dockerhub");
			await host.startRegistry("ghcr");
			await host.tellDns();
		}

		/** Which registry answers on a port, by what only that one has. */
		const behind = async (port: number) => {
			const [own, foreign] = await Promise.all(
				["dockerhub", "ghcr"].map((name) => status(manifest(at(port), name))),
			);
			return own === 200 ? "dockerhub" : foreign === 200 ? "ghcr" : "nobody";
		};

		type Changed = Awaited<ReturnType<LoopbackHost["startChanged"]>>;

		/** The registries change places: the changed nginx goes on at the old address, the rendered one follows. */
		async function expectOnlyOursFollows(changed: Changed): Promise<void> {
			const ours = portOf("dockerhub");
			const both = () => Promise.all([changed.port, ours].map(behind));
			expect(await both()).toEqual(["dockerhub", "dockerhub"]);
			await exchange();
			const follow = () =>
				eventually(
					"the rendered nginx follows",
					() => behind(ours),
					(registry) => registry === "dockerhub",
				);
			await follow();
			expect(await behind(portOf("ghcr"))).toBe("ghcr");
			// its time to believe an address is over: whoever asks has asked by now
			await sleep(1_500);
			expect(await both()).toEqual(["ghcr", "dockerhub"]);
			await changed.stop();
			await exchange();
			await follow();
		}

		lab.test(
			"an upstream group serves another registry for ever, ours never again after its time",
			async () => {
				const { service, backendPort } = host.registry("dockerhub");
				// where the system does not know the name: what nginx would have found at its start
				const found = LoopbackHost.canNameServices()
					? service
					: host.addresses.get(service);
				await expectOnlyOursFollows(
					await host.startChanged(
						portOf("dockerhub"),
						[
							"http {",
							`http {\nupstream hub { server ${found}:${backendPort}; keepalive 32; }`,
						],
						[`set $registry ${service};`, "set $registry hub;"],
						[
							`proxy_pass http://$registry:${backendPort};`,
							"proxy_pass http://$registry;",
						],
						// all others as they were
						["set $registry registry-", "set $registry hub; #"],
					),
				);
			},
		);

		ifPresent(LoopbackHost.canNameServices(), "a mount namespace of its own")(
			"a literal name",
			() => {
				lab.test(
					"anywhere in the configuration takes the variable with it",
					async () => {
						const { service, backendPort } = host.registry("dockerhub");
						await expectOnlyOursFollows(
							await host.startChanged(portOf("dockerhub"), [
								"http {",
								`http {\nserver { listen 127.0.0.1:${await freePort()}; location / { proxy_pass http://${service}:${backendPort}; } }`,
							]),
						);
					},
				);
			},
		);

		lab.test(
			"a fixed address that nobody else takes: bad gateway, never somebody else's answer",
			async () => {
				const { service, ipv4 } = host.registry("dockerhub");
				const free = ipv4.replace(/\d+$/, "99");
				expect(
					await status(manifest(at(portOf("dockerhub")), "dockerhub")),
				).toBe(200);
				await host.stopRegistry("dockerhub");
				expect(
					await status(manifest(at(portOf("dockerhub")), "dockerhub")),
				).toBe(502);
				host.addresses.set(service, free);
				await host.startRegistry("dockerhub");
				await host.tellDns();
				const seen = new Set<number>();
				await eventually(
					"nginx follows",
					async () => {
						const got = await status(
							manifest(at(portOf("dockerhub")), "dockerhub"),
						);
						seen.add(got);
						return got;
					},
					(got) => got === 200,
				);
				expect([...seen].filter((got) => got !== 200 && got !== 502)).toEqual(
					[],
				);
				await host.stopRegistry("dockerhub");
				host.addresses.set(service, ipv4);
				await host.startRegistry("dockerhub");
				await host.tellDns();
				await eventually(
					"nginx is back",
					() => status(manifest(at(portOf("dockerhub")), "dockerhub")),
					(got) => got === 200,
				);
			},
		);
	});

	lab.test(
		"a name that is not known yet: a literal one keeps nginx from starting, ours comes by itself",
		async () => {
			const { service, ipv4, backendPort } = host.registry("ghcr");
			const port = portOf("ghcr");
			host.addresses.delete(service);
			await host.tellDns();
			await expect(
				host.startChanged(port, [
					"proxy_pass http://$registry:",
					`proxy_pass http://${service}:`,
				]),
			).rejects.toThrow("host not found in upstream");
			const early = await host.startChanged(port, [
				"server_tokens off;",
				"server_tokens on;",
			]);
			expect(await status(manifest(at(early.port), "ghcr"))).toBe(502);
			// the others do not care
			expect(await status(manifest(at(portOf("dockerhub")), "dockerhub"))).toBe(
				200,
			);
			host.addresses.set(service, ipv4);
			await host.tellDns();
			await eventually(
				`${service} on ${backendPort} is found`,
				() => status(manifest(at(early.port), "ghcr")),
				(got) => got === 200,
			);
			await early.stop();
		},
	);

	lab.test(
		"Location and token realm keep the port; with $host they lose it",
		async () => {
			const upload = async (target: PushTarget) =>
				String(
					(await send(target, "POST", "/v2/a/b/blobs/uploads/")).headers
						.location,
				);
			const realm = async (target: PushTarget) =>
				String((await send(target, "GET", "/v2/")).headers["www-authenticate"]);
			const target = host.target("private");
			const token = host.target("token");
			expect(await upload(target)).toMatch(
				new RegExp(`^${target.origin}/v2/a/b/`),
			);
			expect(await realm(token)).toContain(
				`realm="${token.origin}/auth/token"`,
			);

			for (const [name, see] of [
				["private", upload],
				["token", realm],
			] as const) {
				const { port, stop } = await host.startChanged(portOf(name), [
					"$http_host;",
					"$host;",
				]);
				const wrong = {
					...host.target(name),
					origin: `https://127.0.0.1:${port}`,
				};
				expect(await see(wrong)).toContain("https://127.0.0.1/");
				await stop();
			}
		},
	);

	lab.test(
		"a blob is kept from its second request on, a manifest never, a question about a blob never",
		async () => {
			const [digest = ""] = blobsOf("dockerhub");
			const target = at(portOf("dockerhub"));
			const cached = async () =>
				(await blob(target, digest)).headers["x-cache-status"];
			expect([await cached(), await cached(), await cached()]).toEqual([
				"MISS",
				"MISS",
				"HIT",
			]);
			expect(await status(manifest(target, "dockerhub"))).toBe(200);
			expect(await status(manifest(target, "dockerhub"))).toBe(200);
			const part = await send(
				target,
				"GET",
				`/v2/${OURS}/blobs/${digest}?ns=docker.io`,
				undefined,
				{ range: "bytes=-1" },
			);
			expect([part.status, part.body.length]).toEqual([206, 1]);

			await host.stopRegistry("dockerhub");
			await host.stopRegistry("ghcr");
			const kept = await blob(target, digest);
			expect([kept.status, kept.body]).toEqual([
				200,
				content.dockerhub?.blobs.get(digest),
			]);
			expect(await status(manifest(target, "dockerhub"))).toBe(502);
			expect(await status(blob(target, digest, "HEAD"))).toBe(502);
			// the same path on another port is another registry's
			expect(await status(blob(at(portOf("ghcr")), digest))).toBe(502);
			await host.startRegistry("dockerhub");
			await host.startRegistry("ghcr");
		},
	);

	lab.test(
		"a private blob is for who logs in, however often it was asked for",
		async () => {
			const target = host.target("private");
			const pushed = image("secret");
			await pushContent(target, "team/app", pushed, "v1");
			const path = `/v2/team/app/blobs/${[...pushed.blobs.keys()][0]}`;
			for (let i = 0; i < 3; i++)
				expect((await send(target, "GET", path)).status).toBe(200);
			const anybody = { ...target, user: undefined };
			expect((await send(anybody, "GET", path)).status).toBe(401);
			// kept, it would be everybody's: the model refuses to, and this is why
			const { service } = host.registry("private");
			const { port, stop } = await host.startChanged(portOf("private"), [
				`set $registry ${service};`,
				`set $registry ${service};\nproxy_cache blobs;\nproxy_cache_valid 200 1m;\nproxy_cache_key $uri;`,
			]);
			const kept = { ...target, origin: `https://127.0.0.1:${port}` };
			expect((await send(kept, "GET", path)).status).toBe(200);
			expect(
				(await send({ ...kept, user: undefined }, "GET", path)).status,
			).toBe(200);
			await stop();
		},
	);

	lab.test("an error page is never kept", async () => {
		const [, lost = ""] = blobsOf("ghcr");
		const { storage } = host.registry("ghcr");
		const disk = new Storage(storage);
		const bytes = content.ghcr?.blobs;
		const restore = (digest: string) =>
			disk.write(disk.blob(digest), bytes?.get(digest) ?? "");
		const any = await host.startChanged(portOf("ghcr"), [
			"proxy_cache_valid 200 24h;",
			"proxy_cache_valid any 24h;",
		]);
		plant.missing(disk.blob(lost));
		for (const target of [at(any.port), at(portOf("ghcr"))])
			for (let i = 0; i < 3; i++)
				expect(await status(blob(target, lost))).toBe(404);
		restore(lost);
		expect(await status(blob(at(any.port), lost))).toBe(404);
		expect(await status(blob(at(portOf("ghcr")), lost))).toBe(200);
		await any.stop();
	});

	lab.test(
		"a body that breaks off is never kept, with a length or without",
		async () => {
			const [digest = "", , other = ""] = blobsOf("ghcr");
			const whole = content.ghcr?.blobs.get(digest) ?? Buffer.alloc(0);
			let lengths = "";
			let sent = whole.length >> 1;
			const server = createServer((socket) => {
				socket.on("error", () => undefined);
				socket.once("data", () => {
					socket.write(
						`HTTP/1.1 200 OK\r\n${lengths}Connection: close\r\n\r\n`,
					);
					socket.end(whole.subarray(0, sent));
				});
			});
			const { ipv4, backendPort } = host.registry("ghcr");
			await host.stopRegistry("ghcr");
			await new Promise<void>((resolve) =>
				server.listen(backendPort, ipv4, resolve),
			);
			const keepsAll = await host.startChanged(portOf("ghcr"), [
				"proxy_no_cache $not_get $no_length;",
				"proxy_no_cache $not_get;",
			]);
			const ours = at(portOf("ghcr"));
			for (const target of [at(keepsAll.port), ours])
				for (let i = 0; i < 3; i++)
					expect((await blob(target, digest)).body.length).toBe(sent);
			lengths = `Content-Length: ${whole.length}\r\n`;
			for (let i = 0; i < 3; i++)
				await expect(blob(ours, other)).rejects.toThrow("aborted");
			sent = whole.length;
			expect((await blob(at(keepsAll.port), digest)).body.length).toBeLessThan(
				sent,
			);
			expect((await blob(ours, digest)).body).toEqual(whole);
			expect((await blob(ours, other)).body).toEqual(whole);
			await keepsAll.stop();
			await new Promise((resolve) => server.close(resolve));
			await host.startRegistry("ghcr");
		},
	);
});
