import { Agent, createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";

/** One exchange, as much of it as a replay needs. */
export interface Recorded {
	readonly method: string;
	readonly path: string;
	/** What the client sent, hop-by-hop headers and Host left out. */
	readonly headers: Readonly<Record<string, string>>;
	readonly status: number;
}

export interface Recorder {
	readonly origin: string;
	/** In the order in which the requests came. */
	readonly recorded: readonly Recorded[];
	close(): Promise<void>;
}

const LEFT_OUT = new Set([
	"host",
	"connection",
	"keep-alive",
	"transfer-encoding",
]);

/** A proxy in front of a plain http origin that writes down every request. */
export async function startRecorder(origin: string): Promise<Recorder> {
	const recorded: Recorded[] = [];
	const agent = new Agent({ keepAlive: true });
	const server = createServer((incoming, outgoing) => {
		const headers = Object.fromEntries(
			Object.entries(incoming.headers).flatMap(([name, value]) =>
				LEFT_OUT.has(name) || value === undefined
					? []
					: [[name, String(value)]],
			),
		);
		const { method = "GET", url: path = "/" } = incoming;
		const slot = recorded.push({ method, path, headers, status: 0 }) - 1;
		const onward = forward(
			new URL(path, origin),
			{ method, headers, agent },
			(answer) => {
				const status = answer.statusCode ?? 0;
				recorded[slot] = { method, path, headers, status };
				outgoing.writeHead(status, answer.rawHeaders);
				answer.pipe(outgoing);
			},
		);
		onward.on("error", () => outgoing.destroy());
		incoming.pipe(onward);
	});
	await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
	const { port } = server.address() as AddressInfo;
	return {
		origin: `http://127.0.0.1:${port}`,
		recorded,
		close: () =>
			new Promise((closed) => {
				agent.destroy();
				server.close(() => closed());
				server.closeAllConnections();
			}),
	};
}
