import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { image } from "../support/images";
import {
	closeAll,
	collect,
	failureOf,
	open,
	startRegistry,
	startSockets,
} from "./harness";

// side by side: most of the time here is waiting
afterAll(closeAll);

/** How long something took that must end with a failure. */
async function timed(promise: Promise<unknown>) {
	const start = performance.now();
	const { kind, message } = await failureOf(promise);
	return { kind, message, took: performance.now() - start };
}

const soon = () => ({ deadline: Date.now() + 300 });
const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";

describe("nothing outlives the deadline", () => {
	test.concurrent.each([
		["accepts and never answers", "", ""],
		["drips its headers", "", HEAD],
		["drips its body", HEAD, "x".repeat(1000)],
	])("a server that %s", async (_, atOnce, slowly) => {
		const { origin } = await startSockets((socket) => {
			socket.write(atOnce);
			let at = 0;
			const timer = setInterval(() => socket.write(slowly[at++] ?? ""), 5);
			socket.on("close", () => clearInterval(timer));
		});
		const { kind, took } = await timed(open(origin, soon()).ping());
		expect(kind).toBe("deadline");
		expect(took).toBeLessThan(600);
	});

	test.concurrent("a slow TLS handshake", async () => {
		const { origin } = await startSockets((socket) => void socket.resume());
		const { kind, took } = await timed(
			open(origin.replace("http:", "https:"), soon()).ping(),
		);
		expect(kind).toBe("deadline");
		expect(took).toBeLessThan(600);
	});

	test.concurrent("those who wait for a place", async () => {
		const { origin } = await startSockets(() => {});
		const client = open(origin, { ...soon(), concurrency: 1 });
		const all = await Promise.all(
			Array.from({ length: 20 }, () => timed(client.ping())),
		);
		expect(all.every(({ kind }) => kind === "deadline")).toBe(true);
		expect(Math.max(...all.map(({ took }) => took))).toBeLessThan(600);
		expect(client.stats.requests).toBe(1);
	});

	test.concurrent("pages without an end", async () => {
		const registry = await startRegistry();
		let count = 0;
		registry.before = ({ url }, response) => {
			if (url === "/v2/") return false;
			response.setHeader("link", `</v2/_catalog?last=${count++}>; rel="next"`);
			response.end('{"repositories":[]}');
			return true;
		};
		const { kind } = await timed(
			collect(open(registry.origin, soon()).listRepositories()),
		);
		expect(["deadline", "limit"]).toContain(kind);
	});

	test.concurrent("a client whose time is over sends nothing", async () => {
		const registry = await startRegistry();
		const client = open(registry.origin, { deadline: Date.now() - 1 });
		expect((await timed(client.ping())).kind).toBe("deadline");
		expect(registry.requests).toEqual([]);
	});
});

describe("silence and drips", () => {
	test.concurrent("a server that never answers is given up after two idle timeouts", async () => {
		const { origin, connections } = await startSockets(() => {});
		const { kind, message, took } = await timed(
			open(origin, { idleTimeout: 100 }).ping(),
		);
		expect(kind).toBe("network");
		expect(message).toContain("too slow");
		expect(connections()).toBe(2);
		expect(took).toBeLessThan(1000);
	});

	test.concurrent("so is one that drips", async () => {
		const { origin } = await startSockets((socket) => {
			socket.write(HEAD);
			const timer = setInterval(() => socket.write("x"), 10);
			socket.on("close", () => clearInterval(timer));
		});
		const { kind, took } = await timed(
			open(origin, { idleTimeout: 150 }).fetchManifest("app", "v1"),
		);
		expect(kind).toBe("network");
		expect(took).toBeLessThan(2500);
	});

	test.concurrent("a long body that flows is not", async () => {
		const registry = await startRegistry();
		const [digest = "", blob = Buffer.alloc(0)] =
			[...image("a", { layers: 1, layerSize: 40_000 }).blobs].at(-1) ?? [];
		registry.before = ({ url }, response) => {
			if (url === "/v2/") return false;
			let at = 0;
			const timer = setInterval(() => {
				response.write(blob.subarray(at, at + 4000));
				at += 4000;
				if (at >= blob.length) response.end();
			}, 30);
			response.on("close", () => clearInterval(timer));
			return true;
		};
		const client = open(registry.origin, { idleTimeout: 150 });
		expect(
			await client.readBlob(
				"app",
				{ mediaType: "", digest, size: blob.length },
				"full",
			),
		).toMatchObject({ digest });
	});
});

describe("names and ports where nobody is", () => {
	test.concurrent("a name that does not exist is dns, and its name is in the message", async () => {
		const { kind, message } = await timed(
			open("https://registry.invalid").ping(),
		);
		expect(kind).toBe("dns");
		expect(message).toContain("registry.invalid");
	});

	test.concurrent("a closed port is network, after four tries", async () => {
		const { origin, close } = await startRegistry();
		await close();
		const client = open(origin);
		const { kind, message } = await timed(client.ping());
		expect(kind).toBe("network");
		expect(message).toContain("ECONNREFUSED");
		expect(client.stats.requests).toBe(4);
	});
});

describe("close", () => {
	test.concurrent("ends what is under way, what waits, and what comes after", async () => {
		const { origin } = await startSockets(() => {});
		const client = open(origin, { concurrency: 1 });
		const all = [timed(client.ping()), timed(client.ping())];
		setTimeout(() => client.close(), 50);
		for (const { kind, took } of await Promise.all(all)) {
			expect(kind).toBe("deadline");
			expect(took).toBeLessThan(1000);
		}
		expect((await timed(client.ping())).kind).toBe("deadline");
	});

	test.concurrent("a process that forgot to close ends all the same", async () => {
		const registry = await startRegistry();
		const { outputFiles } = buildSync({
			stdin: {
				contents: `import { createClient } from "./lib/oci/client";
				const client = createClient({ origin: process.argv[1], deadline: Date.now() + 3600_000 });
				client.ping().then(() => console.log("done"));`,
				resolveDir: process.cwd(),
				loader: "ts",
			},
			bundle: true,
			platform: "node",
			format: "cjs",
			write: false,
		});
		const code = outputFiles[0]?.text ?? "";
		const start = performance.now();
		const { stdout } = await promisify(execFile)(
			process.execPath,
			["-e", code, registry.origin],
			{ timeout: 4000 },
		);
		expect(stdout).toBe("done\n");
		expect(performance.now() - start).toBeLessThan(4000);
	});
});
