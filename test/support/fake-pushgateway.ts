import {
	createServer,
	type IncomingMessage,
	type RequestListener,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface PushedGroup {
	readonly labels: Readonly<Record<string, string>>;
	/** Family name to its exposition lines without HELP and TYPE. */
	readonly families: Map<string, readonly string[]>;
}

export interface FakePushgateway {
	readonly url: string;
	readonly groups: Map<string, PushedGroup>;
	/** `METHOD path` in order. */
	readonly requests: readonly string[];
	/** Answers instead: a status, or `hang`. */
	broken: number | "hang" | undefined;
	/** As `broken`, for one method. */
	brokenMethod: string | undefined;
	/** Samples of the family in all groups, as `GET /metrics` shows them. */
	series(family: string): readonly string[];
	close(): Promise<void>;
}

export interface FakePushgatewayOptions {
	/** Path before `/metrics`. @default "" */
	readonly prefix?: string;
	readonly tls?: { readonly key: string; readonly cert: string };
}

function decode(name: string, value: string): [string, string] {
	if (!name.endsWith("@base64")) return [name, decodeURIComponent(value)];
	const text = Buffer.from(value.replace(/=+$/, ""), "base64url").toString();
	return [name.slice(0, -"@base64".length), text];
}

/** Labels of `/metrics/job/J[/name/value]...` as the real one reads them: a path that is not clean never arrives. */
function labelsOf(path: string): Record<string, string> {
	const parts = path.split("/").slice(2);
	if (parts.length % 2 !== 0 || parts.includes(""))
		throw new Error(`odd number of components in ${path}`);
	const labels: Record<string, string> = {};
	for (let i = 0; i < parts.length; i += 2) {
		const [name, value] = decode(String(parts[i]), String(parts[i + 1]));
		labels[name] = value;
	}
	if (!labels.job) throw new Error("job name is required");
	return labels;
}

/** What the real one refuses with 400: no line break at the end, no gauge, timestamps, a series twice. */
function parse(text: string): Map<string, string[]> {
	if (text !== "" && !text.endsWith("\n"))
		throw new Error("unexpected end of input stream");
	const families = new Map<string, string[]>();
	const typed = new Set<string>();
	const seen = new Set<string>();
	for (const line of text.split("\n").slice(0, -1)) {
		const type = /^# TYPE (\S+) gauge$/.exec(line);
		if (type) {
			if (typed.has(String(type[1])))
				throw new Error(`second TYPE line for ${type[1]}`);
			typed.add(String(type[1]));
		}
		if (line.startsWith("#")) continue;
		const found =
			/^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\]|\\[\\"n])*",?)*\})? (\S+)$/.exec(
				line,
			);
		if (!found || Number.isNaN(Number(found[3])))
			throw new Error(`text format parsing error: ${line}`);
		const [, name = "", labels = ""] = found;
		if (!typed.has(name))
			throw new Error(`collected metric "${name}" is not a GAUGE`);
		if (seen.has(name + labels))
			throw new Error(`"${name}" was collected before with the same labels`);
		seen.add(name + labels);
		families.set(name, [...(families.get(name) ?? []), line]);
	}
	return families;
}

const escapeLabel = (text: string) =>
	text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

function withLabels(line: string, labels: Readonly<Record<string, string>>) {
	const [, name, own = "", value] =
		/^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
	const group = Object.entries(labels).map(
		([k, v]) => `${k}="${escapeLabel(v)}"`,
	);
	return `${name}{${[...(own ? [own] : []), ...group].join(",")}} ${value}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

/** A Pushgateway on loopback with the rules of 1.5.1 that a push can break. */
export async function startFakePushgateway({
	prefix = "",
	tls,
}: FakePushgatewayOptions = {}): Promise<FakePushgateway> {
	const groups = new Map<string, PushedGroup>();
	const requests: string[] = [];
	const expose = () =>
		[...groups.values()]
			.flatMap(({ labels, families }) => [
				withLabels("push_time_seconds 1.7e9", labels),
				withLabels("push_failure_time_seconds 0", labels),
				...[...families.values()].flat().map((l) => withLabels(l, labels)),
			])
			.map((line) => `${line}\n`)
			.join("");
	const apply = (method: string, path: string, text: string): number => {
		if (method === "GET") return 200;
		const labels = labelsOf(path);
		const key = JSON.stringify(Object.entries(labels).sort());
		if (method === "DELETE") {
			groups.delete(key);
			return 202;
		}
		const pushed = parse(text);
		const old = method === "POST" ? groups.get(key)?.families : undefined;
		groups.set(key, {
			labels,
			families: new Map([...(old ?? []), ...pushed]),
		});
		return 200;
	};
	const listener: RequestListener = async (request, response) => {
		const { method = "", url = "" } = request;
		requests.push(`${method} ${url}`);
		const text = await bodyOf(request);
		const isBroken =
			gateway.broken !== undefined &&
			(gateway.brokenMethod ?? method) === method;
		if (isBroken && gateway.broken === "hang") return;
		if (isBroken)
			return response
				.writeHead(Number(gateway.broken))
				.end("the gateway is ill\n");
		const path = url.slice(prefix.length);
		if (!url.startsWith(prefix) || !path.startsWith("/metrics"))
			return response.writeHead(404).end("no such page\n");
		try {
			const status = apply(method, path, text);
			response.writeHead(status).end(method === "GET" ? expose() : "");
		} catch (error) {
			response.writeHead(400).end(`${(error as Error).message}\n`);
		}
	};
	const server = tls ? createTlsServer(tls, listener) : createServer(listener);
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	const { port } = server.address() as AddressInfo;
	const gateway: FakePushgateway = {
		url: `${tls ? "https" : "http"}://127.0.0.1:${port}${prefix}`,
		groups,
		requests,
		broken: undefined,
		brokenMethod: undefined,
		series: (family) =>
			expose()
				.split("\n")
				.filter((line) => line.startsWith(`${family}{`)),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return gateway;
}
