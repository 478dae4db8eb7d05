import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request } from "node:https";
import type { Distribution } from "./distribution";
import { freePort } from "./free-port";
import type { Lab } from "./lab";
import type { PrivateCa } from "./private-ca";

/** What a request gets instead of the registry's answer. */
export interface Fault {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** Stands before a registry, counts, and answers some requests itself. A registry that is down is a cut connection. */
export class FaultyProxy {
	readonly port: number;
	/** Requests so far. */
	count = 0;
	/** Requests that were answered by a fault. */
	faults = 0;
	/** Asked for every request, `nth` counted from 1; undefined passes it on. What it waits for happens before that. */
	fault: (
		request: IncomingMessage,
		nth: number,
	) => Fault | undefined | Promise<undefined> = () => undefined;

	private constructor(port: number) {
		this.port = port;
	}

	static async start(
		lab: Lab,
		registry: Distribution,
		tls: PrivateCa,
	): Promise<FaultyProxy> {
		const proxy = new FaultyProxy(await freePort());
		const server = createServer(
			{
				key: readFileSync(tls.keyFile),
				cert: readFileSync(tls.certificateFile),
			},
			(incoming, outgoing) => proxy.#serve(registry, incoming, outgoing),
		);
		await new Promise<void>((resolve) =>
			server.listen(proxy.port, "127.0.0.1", resolve),
		);
		lab.onClose(async () => {
			server.close();
			server.closeAllConnections();
		});
		return proxy;
	}

	async #serve(
		{ target }: Distribution,
		incoming: IncomingMessage,
		outgoing: ServerResponse,
	): Promise<void> {
		this.count++;
		const fault = await this.fault(incoming, this.count);
		if (fault) {
			this.faults++;
			outgoing.writeHead(fault.status, fault.headers);
			outgoing.end(fault.body ?? "");
			return;
		}
		const cut = () => incoming.socket.destroy();
		const passed = request(
			new URL(incoming.url ?? "/", target.origin),
			{
				method: incoming.method,
				headers: incoming.headers,
				ca: target.ca,
				agent: target.agent,
			},
			(answer) => {
				outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.on("error", cut);
				answer.pipe(outgoing);
			},
		);
		passed.on("error", cut);
		incoming.pipe(passed);
	}
}
