import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Before } from "../roots/in-order";
import type { Root } from "../roots/root";
import { UsageError } from "../usage-error";
import { blocksIn, codeIn, realPath, stringsIn } from "./terraform-text";

type Texts = Readonly<Record<string, string>>;

/** Where a state is kept, as far as the code says it in plain text. */
interface StatePlace {
	readonly backend: string;
	readonly config: Texts;
}

/** Arguments that tell one state from another. */
const NAMES_A_STATE =
	/^(path|schema_name|bucket|key|prefix|secret_suffix|namespace|address|container_name|storage_account_name|organization|hostname|name)$/;

const DEFAULT_PLACE: StatePlace = { backend: "local", config: {} };

function pairs(body: string): Texts {
	const entry = /(\w+)\s*[=:]\s*"((?:[^"\\\n]|\\.)*)"/g;
	return Object.fromEntries(
		[...body.matchAll(entry)].map(([, name = "", text = ""]) => [name, text]),
	);
}

/** What one file of code says: the states that it reads, and where its own is kept. */
function statesIn(
	name: string,
	code: string,
): {
	readonly own: StatePlace | undefined;
	readonly read: readonly StatePlace[];
} {
	if (name.endsWith(".json")) return statesInJson(code);
	const [own] = blocksIn(code, /\bbackend\s+"(\w+)"\s*\{/);
	const data = /\bdata\s+"terraform_remote_state"\s+"([^"]+)"\s*\{/;
	return {
		own: own && { backend: own.label, config: pairs(own.body) },
		read: blocksIn(code, data).map(({ body }) => ({
			backend: /\bbackend\s*=\s*"(\w+)"/.exec(body)?.[1] ?? "",
			config: pairs(blocksIn(body, /\b(config)\s*=?\s*\{/)[0]?.body ?? ""),
		})),
	};
}

function statesInJson(code: string): ReturnType<typeof statesIn> {
	interface Json {
		terraform?: { backend?: Record<string, Texts> };
		data?: { terraform_remote_state?: Record<string, StatePlace> };
	}
	let json: Json = {};
	try {
		json = JSON.parse(code) as Json;
	} catch {
		// Terraform will say so
	}
	const [own] = Object.entries(json?.terraform?.backend ?? {});
	return {
		own: own && { backend: own[0], config: own[1] },
		read: Object.values(json?.data?.terraform_remote_state ?? {}),
	};
}

function isSamePlace(
	[a, folderOfA]: readonly [StatePlace, string],
	[b, folderOfB]: readonly [StatePlace, string],
): boolean {
	if (a.backend !== b.backend) return false;
	if (a.backend === "local") {
		const path = ({ config }: StatePlace, folder: string) =>
			resolve(
				folder,
				(config.path ?? "terraform.tfstate").replace(/\$\{path\.\w+\}/, folder),
			);
		return path(a, folderOfA) === path(b, folderOfB);
	}
	const shared = Object.keys(a.config ?? {}).filter(
		(each) => NAMES_A_STATE.test(each) && b.config?.[each] !== undefined,
	);
	return (
		shared.length > 0 &&
		shared.every((each) => a.config[each] === b.config[each])
	);
}

/** Folders that Terragrunt's `dependency` and `dependencies` blocks name. */
function terragruntFolders(root: Root, code: string): readonly string[] {
	const named = [
		...[...code.matchAll(/\bconfig_path\s*=\s*"([^"]+)"/g)].map(
			([, path = ""]) => path,
		),
		...blocksIn(code, /\b(dependencies)\s*\{/).flatMap(({ body }) =>
			stringsIn(body),
		),
	];
	return named.map((path) =>
		realPath(
			resolve(
				root.folder,
				path.replace(/\$\{get_terragrunt_dir\(\)\}/, root.folder),
			),
		),
	);
}

/** Folders of the stacks that cdktf's own manifest puts before one. */
function manifestFolders({ folder }: Root): readonly string[] {
	const out = dirname(dirname(folder));
	try {
		const { stacks = {} } = JSON.parse(
			readFileSync(join(out, "manifest.json"), "utf8"),
		) as {
			stacks?: Record<
				string,
				{ workingDirectory?: string; dependencies?: readonly string[] }
			>;
		};
		const folderOf = (name: string) =>
			realPath(
				resolve(out, stacks[name]?.workingDirectory ?? `stacks/${name}`),
			);
		const own = Object.keys(stacks).find((name) => folderOf(name) === folder);
		return (stacks[own ?? ""]?.dependencies ?? []).map(folderOf);
	} catch {
		return [];
	}
}

/** Which of the roots each comes directly after: whose state it reads, what Terragrunt or cdktf says it depends on. */
function directlyBefore(roots: readonly Root[]): Before {
	const known = roots.map((root) => {
		const files = [...codeIn(root.folder)].map(([name, code]) => ({
			code,
			...statesIn(name, code),
		}));
		const own = files.find((file) => file.own)?.own ?? DEFAULT_PLACE;
		return { root, files, own };
	});
	return new Map(
		known.map(({ root, files }) => {
			const folders = new Set([
				...manifestFolders(root),
				...(root.kind === "terragrunt"
					? files.flatMap(({ code }) => terragruntFolders(root, code))
					: []),
			]);
			const read = files.flatMap((file) => file.read);
			const before = known.filter(
				(other) =>
					other.root !== root &&
					(folders.has(other.root.folder) ||
						read.some((place) =>
							isSamePlace([place, root.folder], [other.own, other.root.folder]),
						)),
			);
			return [root, before.map((other) => other.root)];
		}),
	);
}

/**
 * Roots with what each depends on in front of it, else in the order they were given in; and all that each comes after,
 * directly or not.
 *
 * @throws UsageError naming a cycle.
 */
export function planOrder(roots: readonly Root[]): {
	readonly ordered: readonly Root[];
	readonly before: Before;
} {
	const direct = directlyBefore(roots);
	const before = new Map<Root, readonly Root[]>();
	const visit = (root: Root, trail: readonly Root[]): readonly Root[] => {
		const known = before.get(root);
		if (known) return known;
		if (trail.includes(root)) throw cycle([...trail, root]);
		const all = new Set<Root>();
		for (const each of direct.get(root) ?? []) {
			for (const one of visit(each, [...trail, root])) all.add(one);
			all.add(each);
		}
		before.set(root, [...all]);
		return [...all];
	};
	// a root enters the map after everything that it depends on
	for (const root of roots) visit(root, []);
	return { ordered: [...before.keys()], before };
}

function cycle(trail: readonly Root[]): UsageError {
	const start = trail.indexOf(trail.at(-1) as Root);
	const names = trail.slice(start).map(({ stack }) => stack);
	return new UsageError([
		{
			what: `roots: ${names.join(" -> ")} (each depends on the next)`,
			wanted: "no cycle",
			next: "take one of the references out",
		},
	]);
}
