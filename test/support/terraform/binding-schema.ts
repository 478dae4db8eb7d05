import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An attribute as the plugin protocol describes it; `type` is Terraform's own JSON for types. */
export interface Attribute {
	readonly name: string;
	readonly type: string;
	readonly required: boolean;
	readonly optional: boolean;
	readonly computed: boolean;
	readonly write_only: boolean;
}

export interface NestedBlock {
	readonly type_name: string;
	readonly nesting: "SINGLE" | "LIST" | "SET";
	readonly min_items: number;
	/** 0: any number. */
	readonly max_items: number;
	readonly block: Block;
}

export interface Block {
	readonly attributes: readonly Attribute[];
	readonly block_types: readonly NestedBlock[];
}

export type ProviderName = "kubernetes" | "vault";
export type Kind = "resource" | "data" | "provider";

/**
 * The schema of a resource, data source or provider as its generated binding class knows it: names and types from
 * `synthesizeHclAttributes`, what is required from the declared interfaces, what is only computed from the getters.
 * Undefined: the bindings have no such type.
 */
export function bindingSchema(
	provider: ProviderName,
	kind: Kind,
	type: string,
): Block | undefined {
	const prefix = { resource: "", data: `data-${provider}-`, provider: "" }[
		kind
	];
	const name = type.slice(provider.length + 1).replaceAll("_", "-");
	const folder = kind === "provider" ? "provider" : `${prefix}${name}`;
	const lib = join(
		dirname(require.resolve(`@cdktf/provider-${provider}/package.json`)),
		"lib",
		folder,
	);
	if (!existsSync(lib)) return undefined;
	const parts = readParts(lib);
	const className = [...parts]
		.find(([, text]) => IS_TERRAFORM_CLASS.test(text))?.[0]
		.slice("class ".length);
	if (className === undefined) throw new Error(`binding: no class in ${lib}`);
	return block(parts, className, "Config");
}

const IS_TERRAFORM_CLASS =
	/^class \w+ extends cdktf\.Terraform(Resource|DataSource|Provider)\b/;

/** The functions, classes and interfaces of a binding's files, as text, by what they are and how they are called. */
type Parts = ReadonlyMap<string, string>;

function readParts(lib: string): Parts {
	const structs = join(lib, "index-structs");
	const folders = existsSync(structs) ? [lib, structs] : [lib];
	const parts = new Map<string, string>();
	for (const folder of folders) {
		for (const name of readdirSync(folder)) {
			if (!/\.(d\.ts|js)$/.test(name)) continue;
			// classes and functions from the JavaScript, interfaces from the declarations
			const part = name.endsWith(".js")
				? /^(function|class) (\w+)[\s\S]*?^}/gm
				: /^export (interface) (\w+)[\s\S]*?^}/gm;
			const text = readFileSync(join(folder, name), "utf8");
			for (const [whole, what, name] of text.matchAll(part))
				parts.set(`${what} ${name}`, whole);
		}
	}
	return parts;
}

const ATTRIBUTE =
	/(\w+): \{\s+value: (.+),\s+isBlock: (true|false),\s+type: "(\w+)",\s+storageClassType: "(\w+)",/g;
const TYPES: Readonly<Record<string, string>> = {
	string: '"string"',
	number: '"number"',
	boolean: '"bool"',
	any: '"dynamic"',
};

function block(parts: Parts, name: string, suffix: "Config" | ""): Block {
	const classText = parts.get(`class ${name}`) ?? "";
	const body = suffix
		? classText.slice(classText.indexOf("synthesizeHclAttributes"))
		: (parts.get(`function ${uncapitalized(name)}ToHclTerraform`) ?? "");
	const required = requiredProps(parts.get(`interface ${name}${suffix}`) ?? "");
	const attributes: Attribute[] = [];
	const blocks: NestedBlock[] = [];
	for (const [
		,
		attribute = "",
		value = "",
		isBlock,
		type,
		storage = "",
	] of body.matchAll(ATTRIBUTE)) {
		// of every provider block, and Terraform's own
		if (attribute === "alias" && suffix) continue;
		const prop =
			/(?:struct|this)\.(?:_)?(\w+)/.exec(
				value.replace(/^.*\? null : /, ""),
			)?.[1] ?? "";
		const isRequired = required.has(prop);
		if (isBlock === "true") {
			const struct =
				/(?:^|[^.\w]|_1\.)([a-z]\w*)ToHclTerraform/.exec(value)?.[1] ?? "";
			blocks.push({
				type_name: attribute,
				nesting: type === "struct" ? "SINGLE" : type === "set" ? "SET" : "LIST",
				min_items: isRequired ? 1 : 0,
				max_items: type === "struct" || value.includes("listMapperHcl") ? 0 : 1,
				block: block(
					parts,
					`${struct.charAt(0).toUpperCase()}${struct.slice(1)}`,
					"",
				),
			});
			continue;
		}
		const isId = suffix === "Config" && attribute === "id";
		attributes.push({
			name: attribute,
			type: attributeType(type ?? "", storage),
			required: isRequired,
			optional: !isRequired,
			computed: isId,
			write_only: attribute.endsWith("_wo"),
		});
	}
	const known = new Set([
		...attributes.map((a) => a.name),
		...blocks.map((b) => b.type_name),
	]);
	const readable = suffix
		? classText
		: (parts.get(`class ${name}OutputReference`) ?? "");
	return {
		attributes: [...attributes, ...computedOnly(readable, known)],
		block_types: blocks,
	};
}

function uncapitalized(name: string): string {
	return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

function attributeType(type: string, storage: string): string {
	const element = TYPES[storage.replace(/(List|Map)$/, "")] ?? '"string"';
	if (storage === "anyMap") return '"dynamic"';
	if (type === "simple") return element;
	return JSON.stringify([type, JSON.parse(element)]);
}

function requiredProps(interfaceText: string): ReadonlySet<string> {
	return new Set(
		[...interfaceText.matchAll(/^ {4}readonly (\w+):/gm)].map(
			([, prop]) => prop ?? "",
		),
	);
}

/** What a class can only read. */
function computedOnly(
	classText: string,
	known: ReadonlySet<string>,
): Attribute[] {
	const getters = classText.matchAll(
		/this\.get(String|Number|Boolean)Attribute\('(\w+)'\)|new cdktf\.(String)Map\(this, "(\w+)"\)/g,
	);
	return [...getters].flatMap(([, simple, name, map, mapName]) => {
		const attribute = name ?? mapName ?? "";
		if (known.has(attribute)) return [];
		const element = TYPES[(simple ?? map ?? "").toLowerCase()] as string;
		return [
			{
				name: attribute,
				type: map ? `["map",${element}]` : element,
				required: false,
				optional: false,
				computed: true,
				write_only: false,
			},
		];
	});
}
