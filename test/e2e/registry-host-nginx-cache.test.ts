import { readdirSync, rmSync } from "node:fs";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { seededBytes, sha256 } from "../support/images";
import { Lab } from "../support/lab";
import { LOOPBACK_PROGRAMS, LoopbackHost } from "../support/loopback-host";
import { privateCa } from "../support/private-ca";
import { send } from "../support/push";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms(...LOOPBACK_PROGRAMS);

/** The rendered nginx before an upstream that does what it is told. */
suite("the blob cache of the rendered nginx", () => {
	const lab = new Lab();
	let host: LoopbackHost;
	/** What the upstream answers; the requests that reached it. */
	let answer: (request: IncomingMessage, response: ServerResponse) => void;
	const asked: string[] = [];

	lab.before(async () => {
		const upstream = await Distribution.start(lab, {
			name: "upstream",
			program: programs.registry2,
		});
		host = await LoopbackHost.start(lab, {
			programs,
			tls: privateCa(programs.openssl, lab.folder, "localhost"),
			ui: false,
			nginx: { cache: { zone: "1m", max: "100m", valid: "2s" } },
			registries: [
				{
					name: "dockerhub",
					kind: "pull-through",
					upstream: { url: upstream.origin },
				},
			],
		});
		await host.stopRegistry("dockerhub");
		const { ipv4, backendPort } = host.registry("dockerhub");
		const server = createServer((request, response) => {
			const { method, url, headers } = request;
			asked.push([method, url, headers.range].filter((each) => each).join(" "));
			answer(request, response);
		});
		await new Promise<void>((resolve) =>
			server.listen(backendPort, ipv4, resolve),
		);
		lab.onClose(async () => {
			server.closeAllConnections();
			server.close();
		});
	});

	let blobs = 0;
	const newBlob = (size = 20_000) => {
		const bytes = seededBytes(`blob ${blobs++}`, size);
		return { bytes, path: `/v2/library/app/blobs/${sha256(bytes)}` };
	};
	const get = (path: string, headers = {}, method = "GET") =>
		send(host.target("dockerhub"), method, path, undefined, headers);
	const digestOf = async (answered: ReturnType<typeof get>) =>
		sha256((await answered).body);
	/** As a registry does: ranges, a question by entity tag. */
	const whole =
		(bytes: Buffer): typeof answer =>
		({ headers, method }, response) => {
			const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
			const etag = { etag: `"${sha256(bytes)}"`, "accept-ranges": "bytes" };
			if (headers["if-none-match"] === etag.etag) {
				response.writeHead(304, etag).end();
			} else if (range) {
				const part = bytes.subarray(
					Number(range[1]),
					range[2] ? Number(range[2]) + 1 : undefined,
				);
				response
					.writeHead(206, {
						...etag,
						"content-length": part.length,
						"content-range": `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${bytes.length}`,
					})
					.end(part);
			} else {
				response.writeHead(200, { ...etag, "content-length": bytes.length });
				response.end(method === "HEAD" ? undefined : bytes);
			}
		};
	const kept = async (path: string, bytes: Buffer) => {
		answer = whole(bytes);
		for (let i = 0; i < 3; i++)
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		asked.length = 0;
	};

	lab.test(
		"a question about a blob goes to the registry, kept or not, and says its length",
		async () => {
			const { bytes, path } = newBlob();
			answer = whole(bytes);
			for (let i = 0; i < 3; i++) {
				const { status, headers, body } = await get(path, {}, "HEAD");
				expect([status, headers["content-length"], body.length]).toEqual([
					200,
					String(bytes.length),
					0,
				]);
			}
			await kept(path, bytes);
			answer = (_, response) => response.writeHead(404).end();
			expect((await get(path, {}, "HEAD")).status).toBe(404);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
			expect(asked).toEqual([`HEAD ${path}`]);
		},
	);

	lab.test(
		"parts of a blob, before it is kept, when it is fetched to be kept, and from there",
		async () => {
			const { bytes, path } = newBlob();
			answer = whole(bytes);
			for (let i = 0; i < 4; i++) {
				const { status, body, headers } = await get(path, {
					range: "bytes=100-199",
				});
				expect([status, headers["content-range"]]).toEqual([
					206,
					`bytes 100-199/${bytes.length}`,
				]);
				expect(body).toEqual(bytes.subarray(100, 200));
			}
			// a part was never taken for the whole
			expect(await digestOf(get(path))).toBe(sha256(bytes));
			expect(asked.at(-1)).toBe(`GET ${path}`);
			expect((await get(path, { range: "bytes=19990-" })).body).toEqual(
				bytes.subarray(19_990),
			);
			expect(
				(await get(path, { range: `bytes=${bytes.length}-` })).status,
			).toBe(416);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		},
	);

	lab.test("a client that has it: nothing is sent again", async () => {
		const { bytes, path } = newBlob();
		answer = whole(bytes);
		const ask = () => get(path, { "if-none-match": `"${sha256(bytes)}"` });
		for (let i = 0; i < 4; i++) {
			const { status, body } = await ask();
			expect([status, body.length]).toEqual([304, 0]);
		}
		expect(await digestOf(get(path))).toBe(sha256(bytes));
	});

	lab.test(
		"the registry fails: what is kept goes on for its time, nothing older, no failure is kept",
		async () => {
			const { bytes, path } = newBlob();
			const other = newBlob();
			await kept(path, bytes);
			for (const status of [500, 502, 503, 429, 401, 404]) {
				answer = (_, response) =>
					response
						.writeHead(status, {
							"cache-control": "public, max-age=3600",
							"content-length": 2,
						})
						.end("{}");
				for (let i = 0; i < 3; i++)
					expect((await get(other.path)).status).toBe(status);
			}
			answer = (_, response) => response.writeHead(500).end();
			await eventually(
				"its time is over",
				async () => (await get(path)).status,
				(status) => status === 500,
			);
			answer = whole(bytes);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
			answer = whole(other.bytes);
			expect(await digestOf(get(other.path))).toBe(sha256(other.bytes));
		},
	);

	lab.test(
		"its files are deleted while it runs, as the runbook of the full disk does: fetched again",
		async () => {
			const { bytes, path } = newBlob();
			await kept(path, bytes);
			const { folder } = host.host.nginx.cache;
			const files = () =>
				readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
					(each) => each.isFile(),
				);
			expect(files().length).toBeGreaterThan(0);
			for (const { parentPath, name } of files())
				rmSync(join(parentPath, name));
			for (let i = 0; i < 3; i++)
				expect(await digestOf(get(path))).toBe(sha256(bytes));
			expect(asked[0]).toBe(`GET ${path}`);
			expect(files().length).toBeGreaterThan(0);
		},
	);

	lab.test(
		"sent elsewhere: the client gets the very address, and is never sent there from the cache",
		async () => {
			const { bytes, path } = newBlob();
			const location = "https://storage.example:8443/blob?token=1";
			answer = (_, response) =>
				response.writeHead(307, { location, "content-length": 0 }).end();
			for (let i = 0; i < 3; i++) {
				const { status, headers } = await get(path);
				expect([status, headers.location]).toEqual([307, location]);
			}
			answer = whole(bytes);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		},
	);

	lab.test(
		"an empty body with a fitting length, as of a layer that a full disk cut to nothing, is not kept",
		async () => {
			const { bytes, path } = newBlob();
			answer = (_, response) =>
				response.writeHead(200, { "content-length": 0 }).end();
			for (let i = 0; i < 3; i++)
				expect((await get(path)).body).toHaveLength(0);
			answer = whole(bytes);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		},
	);

	lab.test(
		"many ask for one blob at once: each gets all of it, and few ask the registry",
		async () => {
			const { bytes, path } = newBlob(3_000_000);
			answer = (request, response) =>
				setTimeout(() => whole(bytes)(request, response), 300);
			asked.length = 0;
			await get(path);
			const bodies = await Promise.all(
				Array.from({ length: 20 }, () => get(path)),
			);
			for (const { status, body } of bodies)
				expect([status, sha256(body)]).toEqual([200, sha256(bytes)]);
			expect(asked.length).toBeLessThan(5);
		},
	);

	lab.test(
		"cut in the middle while others wait: they get an error or all of it, and the next one all",
		async () => {
			const { bytes, path } = newBlob(1_000_000);
			answer = whole(bytes);
			await get(path);
			let cut = 2;
			answer = (request, response) => {
				if (cut-- <= 0) return whole(bytes)(request, response);
				response.writeHead(200, { "content-length": bytes.length });
				response.write(bytes.subarray(0, 400_000), () =>
					setTimeout(() => response.destroy(), 200),
				);
			};
			const got = await Promise.allSettled(
				Array.from({ length: 6 }, () => get(path)),
			);
			for (const each of got)
				if (each.status === "fulfilled")
					expect(sha256(each.value.body)).toBe(sha256(bytes));
			expect(cut).toBeLessThanOrEqual(0);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		},
	);

	lab.test(
		"a client that goes away while it is fetched to be kept",
		async () => {
			const { bytes, path } = newBlob(2_000_000);
			answer = whole(bytes);
			await get(path);
			answer = (_, response) => {
				response.writeHead(200, { "content-length": bytes.length });
				response.write(bytes.subarray(0, 1_000_000));
				setTimeout(() => response.end(bytes.subarray(1_000_000)), 500);
			};
			await new Promise<void>((resolve) => {
				const socket = connect(
					host.registry("dockerhub").port,
					"127.0.0.1",
					() => {
						socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
						socket.once("data", () => socket.destroy());
					},
				);
				socket.once("close", () => resolve());
			});
			answer = whole(bytes);
			expect(await digestOf(get(path))).toBe(sha256(bytes));
		},
	);

	lab.test(
		"a client of HTTP/1.0: a body with its end, and the host that it said",
		async () => {
			const { bytes, path } = newBlob(5_000);
			let said: string | undefined;
			answer = (request, response) => {
				said = request.headers.host;
				whole(bytes)(request, response);
			};
			const { port } = host.registry("dockerhub");
			const raw = (text: string) =>
				new Promise<Buffer>((resolve, reject) => {
					const chunks: Buffer[] = [];
					const socket = connect(port, "127.0.0.1", () => socket.write(text));
					socket.on("data", (chunk) => chunks.push(chunk));
					socket.once("error", reject);
					socket.once("end", () => resolve(Buffer.concat(chunks)));
				});
			for (let i = 0; i < 3; i++) {
				const got = await raw(
					`GET ${path} HTTP/1.0\r\nHost: registry.lab:${port}\r\n\r\n`,
				);
				expect(sha256(got.subarray(got.indexOf("\r\n\r\n") + 4))).toBe(
					sha256(bytes),
				);
			}
			expect(said).toBe(`registry.lab:${port}`);
		},
	);
});
