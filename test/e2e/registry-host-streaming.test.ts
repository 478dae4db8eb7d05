import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PASSWORD, USER } from "../support/distribution";
import { Lab } from "../support/lab";
import { LOOPBACK_PROGRAMS, LoopbackHost } from "../support/loopback-host";
import { type PrivateCa, privateCa } from "../support/private-ca";
import { send } from "../support/push";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms(...LOOPBACK_PROGRAMS);

const MIB = 1 << 20;
const SIZE = 1024 * MIB;
const CHUNK = Buffer.alloc(MIB, "registry");

function* chunks(size: number): Generator<Buffer> {
	for (let sent = 0; sent < size; sent += CHUNK.length) yield CHUNK;
}

suite("a layer of 1 GB through the rendered nginx", () => {
	const lab = new Lab();
	let tls: PrivateCa;
	let host: LoopbackHost;

	lab.before(async () => {
		tls = privateCa(programs.openssl, lab.folder, "localhost");
		host = await LoopbackHost.start(lab, {
			programs,
			tls,
			ui: false,
			registries: [{ name: "private", kind: "private" }],
		});
	});

	/** Bytes of memory of all processes of this nginx, and of the files below its folder that it keeps for itself. */
	function held(folder: string): { memory: number; files: number } {
		let memory = 0;
		let files = 0;
		for (const pid of readdirSync("/proc").filter((name) =>
			/^\d+$/.test(name),
		)) {
			try {
				const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
				const parent = /^PPid:\s+(\d+)/m.exec(
					readFileSync(`/proc/${pid}/status`, "utf8"),
				)?.[1];
				const isWorker =
					command.startsWith("nginx: worker") &&
					readFileSync(`/proc/${parent}/cmdline`, "utf8").includes(folder);
				if (!isWorker) continue;
				const rss = /^VmRSS:\s+(\d+)/m.exec(
					readFileSync(`/proc/${pid}/status`, "utf8"),
				)?.[1];
				memory += Number(rss) * 1024;
				// a temporary file has no name any more, but it is open
				for (const fd of readdirSync(`/proc/${pid}/fd`)) {
					const path = `/proc/${pid}/fd/${fd}`;
					if (readlinkSync(path).includes("_temp"))
						files += statSync(path).size;
				}
			} catch {
				// gone in between
			}
		}
		return { memory, files };
	}

	/** The most that was held while `work` ran. */
	async function peak(
		folder: string,
		work: () => Promise<void>,
	): Promise<{ memory: number; files: number }> {
		const most = { memory: 0, files: 0 };
		const look = () => {
			const now = held(folder);
			most.memory = Math.max(most.memory, now.memory);
			most.files = Math.max(most.files, now.files);
		};
		const timer = setInterval(look, 50);
		try {
			await work();
		} finally {
			clearInterval(timer);
		}
		return most;
	}

	const login = {
		authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`,
	};

	/** As a client pushes: one PATCH without a length. Returns where the upload goes on. */
	async function upload(origin: string, size: number): Promise<URL> {
		const started = await send(
			{ ...host.target("private"), origin },
			"POST",
			"/v2/big/blob/blobs/uploads/",
		);
		const url = new URL(String(started.headers.location));
		return new Promise((resolve, reject) => {
			const sent = request(
				url,
				{
					method: "PATCH",
					ca: tls.ca,
					headers: { ...login, "content-type": "application/octet-stream" },
				},
				(response) => {
					response.resume();
					if (response.statusCode !== 202)
						reject(new Error(`PATCH: ${response.statusCode}`));
					response.on("end", () =>
						resolve(new URL(String(response.headers.location))),
					);
				},
			);
			sent.on("error", reject);
			pipeline(Readable.from(chunks(size)), sent).catch(reject);
		});
	}

	lab.test(
		"up and down again, and nginx holds a few megabytes of it at most",
		async () => {
			const { origin } = host.target("private");
			const hash = createHash("sha256");
			for (const chunk of chunks(SIZE)) hash.update(chunk);
			const digest = `sha256:${hash.digest("hex")}`;
			const folder = host.path("nginx.conf");
			const before = held(folder);
			expect(before.memory).toBeGreaterThan(0);

			const up = await peak(folder, async () => {
				const url = await upload(origin, SIZE);
				url.searchParams.set("digest", digest);
				const stored = await send(host.target("private"), "PUT", url.href);
				expect(stored.status).toBe(201);
			});
			expect(up.files).toBe(0);
			expect(up.memory - before.memory).toBeLessThan(32 * MIB);

			let got = 0;
			const down = await peak(
				folder,
				() =>
					new Promise<void>((resolve, reject) => {
						request(
							new URL(`/v2/big/blob/blobs/${digest}`, origin),
							{ ca: tls.ca, headers: login },
							(response) => {
								pipeline(
									response,
									new Writable({
										write(chunk: Buffer, _, done) {
											got += chunk.length;
											done();
										},
									}),
								).then(resolve, reject);
							},
						)
							.on("error", reject)
							.end();
					}),
			);
			expect(got).toBe(SIZE);
			expect(down.files).toBe(0);
			expect(down.memory - before.memory).toBeLessThan(32 * MIB);
		},
	);

	lab.test("with request buffering it would be a file first", async () => {
		const size = 64 * MIB;
		const { port, stop } = await host.startChanged(
			host.registry("private").port,
			["proxy_request_buffering off;", "proxy_request_buffering on;"],
		);
		const most = await peak(join(lab.folder, "host-"), async () => {
			await upload(`https://127.0.0.1:${port}`, size);
		});
		expect(most.files).toBeGreaterThan(size / 2);
		await stop();
	});
});
