import type { BlobDepth, RegistryClient } from "../oci/client";
import { type Descriptor, isInline } from "../oci/descriptor";
import { knownAlgorithm } from "../oci/digest";
import type { Successor } from "../oci/successors";
import type { Kind, ProbeMode } from "./contract";
import {
	descend,
	type Edge,
	MAX_NODES,
	makeNode,
	type Node,
	Nodes,
	type Root,
} from "./graph";
import {
	factOfError,
	lookAtBlob,
	lookAtManifest,
	type ManifestLook,
	readManifest,
} from "./look";
import { Queue } from "./queue";
import { isDue } from "./rotation";
import type { Scheduler } from "./scheduler";
import { isUnlooked, type Unlooked } from "./verdict";

/** A config up to this size costs no more to read whole than its last byte. */
export const SMALL_CONFIG = 64 << 10;

export interface WalkOptions {
	readonly client: RegistryClient;
	readonly mode: ProbeMode;
	/** 0 is off; N: every blob is hashed once in N windows. */
	readonly fullRotation: number;
	readonly window: number;
	readonly referrers: boolean;
	/** Shared by all walks on the client. */
	readonly scheduler: Scheduler;
	/** Manifests and blobs of one repository; what is beyond is `limit`. @default 100000 */
	readonly maxNodes?: number;
	/** No time is left to begin with anything else. */
	readonly isOver: () => boolean;
}

interface BlobTask {
	readonly node: Node;
	readonly descriptor: Descriptor;
	readonly depth: BlobDepth;
}

/** Neither its presence nor its absence would say anything: a registry that does not know it answers 404 as well. */
export function unknownAlgorithm(digest: string): Unlooked {
	return {
		unlooked: "algorithm",
		detail: `no way to compute ${digest.slice(0, digest.indexOf(":"))}`,
	};
}

/** The walk over one repository: what hangs under its tags, every node looked at once. */
export class Walk {
	readonly repository: string;
	readonly roots: Root[] = [];
	readonly nodes: Nodes;
	/** What of a manifest's own could not be looked at, though the manifest was. */
	readonly problems = new Map<Node, Unlooked>();
	readonly #options: WalkOptions;
	readonly #rootTasks = new Queue<Root>();
	readonly #manifestTasks = new Queue<Node>();
	readonly #blobTasks = new Queue<BlobTask>();
	readonly #referrerTasks = new Queue<Node>();
	readonly #tooMany: Unlooked;
	#rootsUnderWay = 0;

	constructor(repository: string, options: WalkOptions) {
		this.repository = repository;
		this.#options = options;
		const { maxNodes = MAX_NODES } = options;
		this.nodes = new Nodes(maxNodes);
		this.#tooMany = {
			unlooked: "limit",
			detail: `more than ${maxNodes} manifests and blobs in one repository`,
		};
	}

	/**
	 * Looks at these tags (or digests) and at all that hangs under them and was not looked at before. What there was no
	 * time for is left without a fact.
	 *
	 * @param mode Of the blobs that are new. @default - the walk's
	 */
	async run(references: readonly string[], mode = this.#options.mode) {
		for (const reference of references) {
			const isTag = !reference.includes(":");
			const root: Root = { reference, isTag, edge: undefined };
			this.roots.push(root);
			this.#rootTasks.add(root);
		}
		await this.#options.scheduler.run(() => this.#take(mode));
	}

	#take(mode: ProbeMode): Promise<void> | undefined {
		if (this.#options.isOver()) return;
		const root = this.#rootTasks.take();
		if (root) return this.#lookAtRoot(root, mode);
		// tags first: a manifest that a tag names as well is fetched by the tag alone
		while (this.#rootsUnderWay === 0) {
			const node = this.#manifestTasks.take();
			if (!node) break;
			if (!node.fact) return this.#lookAtManifest(node, mode);
		}
		const blob = this.#blobTasks.take();
		if (blob) return this.#lookAtBlob(blob);
		const referred = this.#referrerTasks.take();
		return referred && this.#listReferrers(referred, mode);
	}

	async #lookAtRoot(root: Root, mode: ProbeMode): Promise<void> {
		const { reference, isTag } = root;
		this.#rootsUnderWay++;
		const { client } = this.#options;
		const name = this.repository;
		const isUnknown = !isTag && !knownAlgorithm(reference);
		const look: ManifestLook = isUnknown
			? { digest: reference, fact: unknownAlgorithm(reference), successors: [] }
			: await lookAtManifest(client, name, reference, isTag);
		this.#rootsUnderWay--;
		const { digest, fact } = look;
		const node =
			digest === ""
				? makeNode("", "manifest", fact)
				: this.nodes.get("manifest", digest);
		const isIndex = "is" in fact && fact.is === "manifest" && fact.isIndex;
		root.edge = {
			to: node ?? makeNode(digest, "manifest", this.#tooMany),
			kind: digest === "" ? "tag" : isIndex ? "index" : "manifest",
			mediaType: "",
			size: undefined,
			platform: undefined,
		};
		if (digest === "" || !node) return;
		node.level = 1;
		this.#settle(node, look, mode);
	}

	async #lookAtManifest(node: Node, mode: ProbeMode): Promise<void> {
		const { client } = this.#options;
		const { digest } = node;
		const look = await lookAtManifest(client, this.repository, digest, false);
		this.#settle(node, look, mode);
	}

	async #lookAtBlob({ node, descriptor, depth }: BlobTask): Promise<void> {
		const { client } = this.#options;
		node.fact = await lookAtBlob(client, this.repository, descriptor, depth);
	}

	/** Writes down what a manifest is and goes on to what it refers to. */
	#settle(node: Node, look: ManifestLook, mode: ProbeMode): void {
		const { fact, successors } = look;
		const isRead = "is" in fact && fact.is === "manifest";
		if (!node.fact) {
			node.fact = fact;
			node.edges = this.#edgesTo(node, successors, mode);
			if (this.#options.referrers && isRead && !fact.bad)
				this.#referrerTasks.add(node);
			// two tags on one digest are two answers: the worse one counts
		} else if (isRead && fact.bad) node.fact = fact;
		this.#goOn(node);
	}

	#edgesTo(
		from: Node,
		successors: readonly Successor[],
		mode: ProbeMode,
		as?: Kind,
	): Edge[] {
		const edges: Edge[] = [];
		for (const successor of successors) {
			// a weak link: it may be absent, and where it is not its own tags lead to it
			if (successor.role === "subject") continue;
			const to = this.#target(successor, mode);
			const { mediaType, size, platform } = successor.descriptor;
			if (!to) this.problems.set(from, this.#tooMany);
			else
				edges.push({
					to,
					kind: as ?? successor.kind,
					mediaType,
					size,
					platform: platform && `${platform.os}/${platform.architecture}`,
				});
		}
		return edges;
	}

	#target(successor: Successor, mode: ProbeMode): Node | undefined {
		const { role, kind, descriptor } = successor;
		const { digest, data, mediaType } = descriptor;
		if (role === "foreign") return makeNode(digest, "blob", { is: "whole" });
		if (!knownAlgorithm(digest))
			return makeNode(
				digest,
				role === "blob" ? role : "manifest",
				unknownAlgorithm(digest),
			);
		if (role === "blob") {
			if (isInline(descriptor)) return makeNode(digest, role, { is: "whole" });
			const node = this.nodes.get(role, digest);
			if (node && !node.isQueued) {
				node.isQueued = true;
				const depth = this.#depthOf(descriptor, kind, mode);
				this.#blobTasks.add({ node, descriptor, depth });
			}
			return node;
		}
		const node = this.nodes.get("manifest", digest);
		if (node && !node.fact && data && isInline(descriptor)) {
			const inline = { contentType: mediaType, headerDigest: undefined };
			this.#settle(
				node,
				readManifest({ bytes: data, ...inline }, digest),
				mode,
			);
		}
		return node;
	}

	#depthOf(descriptor: Descriptor, kind: Kind, mode: ProbeMode): BlobDepth {
		const { digest, size } = descriptor;
		const { fullRotation, window } = this.#options;
		if (kind === "config" && size !== undefined && size <= SMALL_CONFIG)
			return "full";
		return isDue(digest, fullRotation, window) ? "full" : mode;
	}

	#goOn(node: Node): void {
		descend(node, (manifest) => this.#manifestTasks.add(manifest));
	}

	async #listReferrers(node: Node, mode: ProbeMode): Promise<void> {
		const { client } = this.#options;
		try {
			const found = await client.listReferrers(this.repository, node.digest);
			const successors = found.map(
				(descriptor): Successor => ({
					role: "manifest",
					kind: "manifest",
					descriptor,
				}),
			);
			const edges = this.#edgesTo(node, successors, mode, "referrer");
			node.edges = [...node.edges, ...edges];
			this.#goOn(node);
		} catch (error) {
			const fact = factOfError(error);
			this.problems.set(
				node,
				isUnlooked(fact)
					? fact
					: { unlooked: "server-error", detail: `referrers: ${fact.got}` },
			);
		}
	}
}
