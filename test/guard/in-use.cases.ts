import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type ClusterApi,
	listImagesInUse,
	parseClusterApi,
} from "../../lib/guard/in-use";
import { LOOPBACK_TLS } from "../support/loopback-tls";

const TOKEN = "eyJ.the-token";
let server: Server;
let api: ClusterApi;
let asked: string[];
/** Items by list; answers a request itself where it returns true. */
let items: Record<string, unknown[]>;
let before: (
	request: IncomingMessage,
	response: ServerResponse,
) => boolean | undefined;

/** An API server as far as lists go: `limit`, `continue`, the token. */
beforeEach(async () => {
	asked = [];
	items = {};
	before = () => false;
	server = createServer(
		{ key: LOOPBACK_TLS.key, cert: LOOPBACK_TLS.cert },
		(request, response) => {
			asked.push(request.url ?? "");
			if (before(request, response)) return;
			if (request.headers.authorization !== `Bearer ${TOKEN}`)
				return response.writeHead(401).end();
			const url = new URL(request.url ?? "", "https://api");
			const all = items[url.pathname] ?? [];
			const first = Number(url.searchParams.get("continue") ?? 0);
			const next = first + Number(url.searchParams.get("limit"));
			const metadata = next < all.length ? { continue: String(next) } : {};
			response.setHeader("content-type", "application/json");
			response.end(
				JSON.stringify({
					kind: "List",
					metadata,
					items: all.slice(first, next),
				}),
			);
		},
	);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	api = {
		host: "127.0.0.1",
		port: (server.address() as AddressInfo).port,
		token: TOKEN,
		ca: LOOPBACK_TLS.ca,
	};
});
afterEach(() => {
	server.closeAllConnections();
	return new Promise((resolve) => server.close(resolve));
});

const soon = () => Date.now() + 5000;
const template = (...images: string[]) => ({
	spec: {
		template: { spec: { containers: images.map((image) => ({ image })) } },
	},
});

test("images of pods and of every template, of all kinds of containers", async () => {
	items = {
		"/api/v1/pods": [
			{
				spec: {
					containers: [{ image: "r/pod" }],
					initContainers: [{ image: "r/init" }],
					ephemeralContainers: [{ image: "r/debug" }],
				},
			},
		],
		"/apis/apps/v1/deployments": [template("r/deployment", "r/sidecar")],
		"/apis/apps/v1/statefulsets": [template("r/statefulset")],
		"/apis/apps/v1/daemonsets": [template("r/daemonset")],
		"/apis/batch/v1/jobs": [template("r/job")],
		"/apis/batch/v1/cronjobs": [
			{ spec: { jobTemplate: template("r/cronjob") } },
			{ spec: null },
			7,
		],
	};
	expect(await listImagesInUse(api, soon())).toEqual({
		images: new Set([
			"r/init",
			"r/pod",
			"r/debug",
			"r/deployment",
			"r/sidecar",
			"r/statefulset",
			"r/daemonset",
			"r/job",
			"r/cronjob",
		]),
	});
	expect(asked).toHaveLength(6);
});

test("page by page", async () => {
	items = {
		"/api/v1/pods": Array.from({ length: 620 }, (_, i) => ({
			spec: { containers: [{ image: `r/${i}` }] },
		})),
	};
	const answer = await listImagesInUse(api, soon());
	expect(answer).toEqual({ images: expect.any(Set) });
	expect("images" in answer && answer.images.size).toBe(620);
	expect(asked.filter((path) => path.includes("/pods"))).toHaveLength(3);
});

test.each([
	[
		"a list that is refused",
		(response: ServerResponse) => response.writeHead(403).end(),
		"status 403",
	],
	["no JSON", (response: ServerResponse) => response.end("<html>"), "not JSON"],
	["no list", (response: ServerResponse) => response.end("{}"), "no items"],
	[
		"a cut answer",
		(response: ServerResponse) => {
			response.writeHead(200, { "content-length": 100 }).write("{");
			setImmediate(() => response.destroy());
		},
		"aborted",
	],
	[
		"a list without end",
		(response: ServerResponse) =>
			response.end(
				JSON.stringify({ items: [], metadata: { continue: "again" } }),
			),
		"pages in a loop",
	],
])(
	"%s: nothing is known, a part would call used what is not",
	async (_, how, why) => {
		items = {
			"/api/v1/pods": [{ spec: { containers: [{ image: "r/pod" }] } }],
		};
		before = (request, response) => {
			if (!request.url?.startsWith("/apis/batch/v1/cronjobs")) return false;
			how(response);
			return true;
		};
		const answer = await listImagesInUse(api, soon());
		expect(answer).toEqual({ failure: expect.stringContaining(why) });
		expect(JSON.stringify(answer)).toContain("/apis/batch/v1/cronjobs");
		expect(JSON.stringify(answer)).not.toContain(TOKEN);
	},
);

test("an API that accepts and never answers costs no more than the time there is", async () => {
	before = () => true;
	const started = Date.now();
	expect(await listImagesInUse(api, Date.now() + 200)).toEqual({
		failure: expect.any(String),
	});
	expect(Date.now() - started).toBeLessThan(2000);
	expect(await listImagesInUse(api, Date.now() - 1)).toEqual({
		failure: expect.stringContaining("no time left"),
	});
});

test("the API's certificate is verified", async () => {
	const answer = await listImagesInUse({ ...api, ca: "" }, soon());
	expect(answer).toEqual({
		failure: expect.stringMatching(
			/self-signed|unable to verify|unable to get/,
		),
	});
	expect(asked).toEqual([]);
});

test("the service account of a pod", () => {
	const folder = mkdtempSync(join(tmpdir(), "service-account-"));
	try {
		expect(() => parseClusterApi(undefined, undefined, folder)).toThrow(
			"wanted to run in a pod",
		);
		expect(() =>
			parseClusterApi("10.0.0.1", "443", join(folder, "none")),
		).toThrow("ENOENT");
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "token"), `${TOKEN}\n`);
		writeFileSync(join(folder, "ca.crt"), LOOPBACK_TLS.ca);
		expect(parseClusterApi("10.0.0.1", "443", folder)).toEqual({
			host: "10.0.0.1",
			port: 443,
			token: TOKEN,
			ca: LOOPBACK_TLS.ca,
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
});
