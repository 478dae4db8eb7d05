import type { Kind, Reason } from "../../lib/guard/contract";
import { type Content, image, index, multiArch } from "./images";
import { schema1 } from "./schema1";
import { type Plant, plant, type Storage } from "./storage";

/** How a case is looked at. */
export interface View {
	readonly version: "2.8.2" | "3.1.1";
	/** The registry still has its descriptor cache from before the damage. */
	readonly warm: boolean;
	readonly mode: "tail" | "full";
}

/** The one finding a probe should have of a case: about which node, and why. */
export interface Expected {
	readonly kind: Kind;
	readonly digest: string | null;
	readonly reason: Reason;
}

/** One way to break one image, and what can be seen of it over HTTP. */
export interface DamageCase {
	/** Last path component of its repository; its one tag is TAG. */
	readonly name: string;
	readonly content: Content;
	readonly damage: (storage: Storage, repository: string) => void;
	/** `hidden`: in this view the registry still answers as if nothing had happened. */
	readonly expect: (view: View) => Expected | "hidden";
}

export const TAG = "v1";

interface Node {
	readonly kind: Kind;
	readonly digest: string;
}

/** What hangs under a multi-arch image: its root, its first platform and the attestation of it. */
function nodesOf(content: Content) {
	const manifests = children(content, content.root);
	const child = manifests[0] ?? "";
	const [config = "", layer = ""] = children(content, child);
	return {
		index: { kind: "index", digest: content.root },
		child: { kind: "manifest", digest: child },
		attestation: { kind: "attestation", digest: manifests.at(-1) ?? "" },
		config: { kind: "config", digest: config },
		layer: { kind: "layer", digest: layer },
	} as const satisfies Record<string, Node>;
}

/** Digests that a manifest names, in its order, the config first. */
export function children(content: Content, digest: string): string[] {
	const { manifests, config, layers } = JSON.parse(
		String(content.manifests.get(digest)?.bytes),
	) as Record<string, unknown>;
	return [manifests ?? [config, ...((layers ?? []) as unknown[])]]
		.flat()
		.map((d) => (d as { digest: string }).digest);
}

type Part = keyof ReturnType<typeof nodesOf>;

function blobCase(part: Part, how: Plant): DamageCase {
	const name = `${part}-${how}`;
	const content = multiArch(`damage/${name}`, { tarballs: true });
	const node = nodesOf(content)[part];
	return {
		name,
		content,
		damage: (storage) => plant[how](storage.blob(node.digest)),
		expect: (view) => {
			if (part === "config" || part === "layer")
				return blobVerdict(node, how, view);
			if (how === "corrupted") return { ...node, reason: "digest" };
			// the registry parses a manifest before it serves it: what does not parse is a 500
			return manifestVerdict(
				node,
				how === "missing" ? "missing" : "unreadable",
			);
		},
	};
}

/** Without its index a tag leads nowhere: there is no digest to name. */
function manifestVerdict(
	node: Node,
	reason: "missing" | "unreadable",
): Expected {
	if (node.kind !== "index") return { ...node, reason };
	return {
		kind: "tag",
		digest: null,
		reason: reason === "missing" ? "dangling-tag" : reason,
	};
}

function blobVerdict(
	node: Node,
	how: Plant,
	{ warm, mode }: View,
): Expected | "hidden" {
	if (how === "zeroed" || how === "corrupted") {
		// a config is read whole in every mode; only the hash of all bytes shows rot of the same length
		return mode === "tail" && node.kind === "layer"
			? "hidden"
			: { ...node, reason: "digest" };
	}
	// from a warm cache all three come as the right length and a cut connection
	return { ...node, reason: how === "missing" && !warm ? "missing" : "size" };
}

/** Links are files that hold a digest: 404 without the file, 500 where it is empty. */
function linkCase(
	part: Exclude<Part, "attestation">,
	how: "missing" | "empty",
): DamageCase {
	const name = `${part}-link-${how}`;
	const content = multiArch(`damage/${name}`, { tarballs: true });
	const node = nodesOf(content)[part];
	const isBlob = part === "config" || part === "layer";
	return {
		name,
		content,
		damage: (storage, repository) =>
			plant[how](
				isBlob
					? storage.layerLink(repository, node.digest)
					: storage.revisionLink(repository, node.digest),
			),
		expect: ({ version, warm }) => {
			if (warm && (isBlob || version === "3.1.1")) return "hidden";
			return manifestVerdict(
				node,
				how === "missing" ? "missing" : "unreadable",
			);
		},
	};
}

function tagCase(
	name: string,
	reason: Reason,
	damage: DamageCase["damage"],
): DamageCase {
	return {
		name,
		content: multiArch(`damage/${name}`, { tarballs: true }),
		damage,
		expect: () => ({ kind: "tag", digest: null, reason }),
	};
}

/** Another shape of content, one node of it gone. */
function shapeCase(name: string, content: Content, node: Node): DamageCase {
	return {
		name,
		content,
		damage: (storage) => plant.missing(storage.blob(node.digest)),
		expect: ({ warm }) => ({
			...node,
			reason: warm && node.kind === "layer" ? "size" : "missing",
		}),
	};
}

function nestedCase(): DamageCase {
	const inner = multiArch("damage/nested/inner", { tarballs: true });
	return shapeCase(
		"nested",
		index([
			{ content: inner },
			{ content: multiArch("damage/nested/other", { tarballs: true }) },
		]),
		nodesOf(inner).child,
	);
}

function schema1Case(): DamageCase {
	const content = schema1("damage/schema1");
	const layer = [...content.blobs.keys()][0] ?? "";
	const broken = shapeCase("schema1", content, {
		kind: "layer",
		digest: layer,
	});
	return {
		...broken,
		expect: (view) =>
			view.version === "2.8.2"
				? broken.expect(view)
				: // 3.x cannot serve the format at all
					{ kind: "tag", digest: null, reason: "unreadable" },
	};
}

const untyped = multiArch("damage/untyped", {
	untyped: true,
	tarballs: true,
});
const list = multiArch("damage/list", { docker: true, tarballs: true });
const single = image("damage/single", { tarballs: true });
const artifact = image("damage/artifact", {
	tarballs: true,
	extra: { artifactType: "application/vnd.example.sbom" },
});

/** Every way to break an image that the project knows of; the registries' answers were measured. */
export const DAMAGE: readonly DamageCase[] = [
	...(["index", "child", "config", "layer"] as const).flatMap((part) =>
		(["missing", "empty", "truncated", "zeroed", "corrupted"] as const).map(
			(how) => blobCase(part, how),
		),
	),
	blobCase("attestation", "missing"),
	blobCase("attestation", "corrupted"),
	...(["index", "child", "config", "layer"] as const).flatMap((part) => [
		linkCase(part, "missing"),
		linkCase(part, "empty"),
	]),
	tagCase("tag-link-missing", "dangling-tag", (storage, repository) =>
		plant.missing(storage.tagLink(repository, TAG)),
	),
	tagCase("tag-link-empty", "unreadable", (storage, repository) =>
		plant.empty(storage.tagLink(repository, TAG)),
	),
	tagCase("tag-to-nowhere", "dangling-tag", (storage, repository) =>
		storage.write(storage.tagLink(repository, TAG), `sha256:${"0".repeat(64)}`),
	),
	shapeCase("untyped", untyped, nodesOf(untyped).child),
	shapeCase("docker-list", list, nodesOf(list).child),
	shapeCase("single", single, {
		kind: "layer",
		digest: children(single, single.root)[1] ?? "",
	}),
	shapeCase("artifact", artifact, {
		kind: "layer",
		digest: children(artifact, artifact.root)[1] ?? "",
	}),
	nestedCase(),
	schema1Case(),
];
