import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import type { Recorded } from "./recorder";

/**
 * Program: `replay ORIGIN FILE CONCURRENCY`. The plain keep-alive client that the guard's walk is held against: sends the
 * recorded requests in their order, so many at a time, reads every body to its end and looks at nothing but the status.
 */
const [origin = "", file = "", concurrency = "8"] = process.argv.slice(2);
const requests = JSON.parse(readFileSync(file, "utf8")) as Recorded[];
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });
const { hostname, port } = new URL(origin);

const send = ({ method, path, headers, status }: Recorded) =>
	new Promise<void>((resolve, reject) => {
		request({ hostname, port, method, path, headers, agent }, (answer) => {
			answer.on("error", reject);
			answer.on("end", () =>
				answer.statusCode === status
					? resolve()
					: reject(
							new Error(`${path}: got ${answer.statusCode}, wanted ${status}`),
						),
			);
			answer.resume();
		})
			.on("error", reject)
			.end();
	});

let next = 0;
async function lane(): Promise<void> {
	for (let mine = requests[next++]; mine; mine = requests[next++])
		await send(mine);
}

Promise.all(Array.from({ length: Number(concurrency) }, lane)).then(
	() => agent.destroy(),
	(error: Error) => {
		process.stderr.write(`${error.message}\n`);
		process.exit(1);
	},
);
