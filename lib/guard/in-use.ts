import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { join } from "node:path";

/** The Kubernetes API and the pod's own way into it. */
export interface ClusterApi {
	readonly host: string;
	readonly port: number;
	readonly token: string;
	/** PEM of the cluster's CA. */
	readonly ca: string;
}

/** Image references of all pod templates, or why they could not be listed: a part of them would call a used image unused. */
export type ImagesInUse =
	| { readonly images: ReadonlySet<string> }
	| { readonly failure: string };

/** Where Kubernetes mounts the service account of a pod. */
export const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Lists with the way from an item to its pod spec. */
const LISTS = [
	["/api/v1/pods", ["spec"]],
	["/apis/apps/v1/deployments", ["spec", "template", "spec"]],
	["/apis/apps/v1/statefulsets", ["spec", "template", "spec"]],
	["/apis/apps/v1/daemonsets", ["spec", "template", "spec"]],
	["/apis/batch/v1/jobs", ["spec", "template", "spec"]],
	[
		"/apis/batch/v1/cronjobs",
		["spec", "jobTemplate", "spec", "template", "spec"],
	],
] as const;
const CONTAINERS = ["initContainers", "containers", "ephemeralContainers"];

const PAGE = 250;
const MAX_PAGES = 1000;
const MAX_IMAGES = 100_000;
const MAX_BODY = 32 << 20;
const PATIENCE = 10_000;

/**
 * Reads the service account that Kubernetes mounted into the pod.
 *
 * @throws Error naming what is missing.
 */
export function parseClusterApi(
	host: string | undefined,
	port: string | undefined,
	folder = SERVICE_ACCOUNT,
): ClusterApi {
	if (!host || !/^\d{1,5}$/.test(port ?? ""))
		throw new Error(
			"in-use: got no KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, wanted to run in a pod",
		);
	const token = readFileSync(join(folder, "token"), "utf8").trim();
	const ca = readFileSync(join(folder, "ca.crt"), "utf8");
	return { host, port: Number(port), token, ca };
}

function at(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null
		? (value as Record<string, unknown>)[key]
		: undefined;
}

function collect(podSpec: unknown, images: Set<string>): void {
	for (const key of CONTAINERS) {
		const containers = at(podSpec, key);
		if (!Array.isArray(containers)) continue;
		for (const container of containers) {
			const image = at(container, "image");
			if (typeof image === "string" && image.length <= 1024) images.add(image);
		}
	}
}

function fetchJson(
	api: ClusterApi,
	agent: Agent,
	path: string,
	deadline: number,
): Promise<unknown> {
	return new Promise((resolve, reject) => {
		const patience = Math.min(PATIENCE, deadline - Date.now());
		if (patience <= 0) return reject(new Error("no time left"));
		const request = get(
			{
				agent,
				host: api.host,
				port: api.port,
				path,
				ca: api.ca,
				headers: {
					authorization: `Bearer ${api.token}`,
					accept: "application/json",
				},
				signal: AbortSignal.timeout(patience),
			},
			(response) => {
				const chunks: Buffer[] = [];
				let size = 0;
				response.on("error", reject);
				response.on("data", (chunk: Buffer) => {
					size += chunk.length;
					if (size > MAX_BODY)
						response.destroy(new Error(`more than ${MAX_BODY} bytes`));
					else chunks.push(chunk);
				});
				response.on("end", () => {
					if (response.statusCode !== 200)
						return reject(new Error(`status ${response.statusCode}`));
					try {
						resolve(JSON.parse(Buffer.concat(chunks).toString()));
					} catch {
						reject(new Error("not JSON"));
					}
				});
			},
		);
		request.on("error", reject);
	});
}

/**
 * Lists the images that the cluster's pods, Deployments, StatefulSets, DaemonSets, Jobs and CronJobs name, page by
 * page. `deadline` in milliseconds since the epoch.
 */
export async function listImagesInUse(
	api: ClusterApi,
	deadline: number,
): Promise<ImagesInUse> {
	const images = new Set<string>();
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	let path = "";
	try {
		for (const [list, way] of LISTS) {
			let next = "";
			for (let page = 0; page === 0 || next !== ""; page++) {
				path = `${list}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`;
				if (page === MAX_PAGES || images.size > MAX_IMAGES)
					throw new Error("too many");
				const body = await fetchJson(api, agent, path, deadline);
				const items = at(body, "items");
				if (!Array.isArray(items)) throw new Error("no items");
				for (const item of items)
					collect(way.reduce<unknown>(at, item), images);
				const token = at(at(body, "metadata"), "continue");
				if (token === next && next !== "") throw new Error("pages in a loop");
				next = typeof token === "string" ? token : "";
			}
		}
		return { images };
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { failure: `kubernetes ${path.split("?")[0]}: ${why}` };
	} finally {
		agent.destroy();
	}
}
