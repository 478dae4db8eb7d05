import { createServer } from "node:net";

/**
 * A port on loopback that nobody listens on. Below the range that outgoing connections take theirs from: a server that
 * is stopped and started again finds its port still free.
 */
export async function freePort(): Promise<number> {
	for (let attempt = 0; attempt < 50; attempt++) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const free = await new Promise<boolean>((resolve) => {
			const server = createServer();
			server.once("error", () => resolve(false));
			server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
		});
		if (free) return port;
	}
	throw new Error("no free port between 20000 and 32000");
}
