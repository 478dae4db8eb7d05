import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** What a room may import: other rooms or single files of lib/ (without `.ts`), packages (`*` ends a prefix), node built-ins. */
export interface RoomRule {
	readonly lib: readonly string[];
	readonly packages: readonly string[];
	readonly node: boolean;
}

export interface Source {
	/** Path from the repository's root, `lib/oci/client.ts`. */
	readonly file: string;
	readonly text: string;
}

/** Modules that open sockets, or resolve names on the way to one. */
const SOCKET_MODULES = new Set([
	"net",
	"tls",
	"http",
	"https",
	"http2",
	"dgram",
	"dns",
	"dns/promises",
	"inspector",
	"cluster",
]);

interface Uses {
	readonly imports: readonly string[];
	readonly process: boolean;
	readonly sockets: boolean;
}

/** Import specifiers of any form (static, type, re-export, dynamic, require, `import("x")` types) and uses of globals. */
function usesOf({ file, text }: Source): Uses {
	const imports: string[] = [];
	let process = false;
	let sockets = false;
	const visit = (node: ts.Node): void => {
		const specifier = specifierOf(node);
		if (specifier !== undefined) imports.push(specifier);
		// a global, not a property or a key of that name (`x.process`, `{ fetch: ... }`) nor a declared method
		if (ts.isIdentifier(node) && isReference(node)) {
			if (node.text === "process") process = true;
			if (node.text === "fetch" || node.text === "WebSocket") sockets = true;
		}
		if (
			ts.isPropertyAccessExpression(node) &&
			node.expression.getText() === "globalThis"
		) {
			if (node.name.text === "process") process = true;
			if (node.name.text === "fetch") sockets = true;
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
	for (const each of imports) {
		const name = each.replace(/^node:/, "");
		if (name === "process") process = true;
		if (SOCKET_MODULES.has(name)) sockets = true;
	}
	return { imports, process, sockets };
}

function specifierOf(node: ts.Node): string | undefined {
	if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
		return literal(node.moduleSpecifier);
	if (ts.isExternalModuleReference(node)) return literal(node.expression);
	if (ts.isImportTypeNode(node))
		return ts.isLiteralTypeNode(node.argument)
			? literal(node.argument.literal)
			: undefined;
	if (ts.isCallExpression(node)) {
		const callee = node.expression;
		if (
			callee.kind === ts.SyntaxKind.ImportKeyword ||
			(ts.isIdentifier(callee) && callee.text === "require") ||
			callee.getText() === "require.resolve"
		)
			return literal(node.arguments[0]) ?? "(computed)";
	}
	return undefined;
}

function literal(node: ts.Node | undefined): string | undefined {
	return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isReference(node: ts.Identifier): boolean {
	const { parent } = node;
	if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
	if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
	// a variable, parameter or member of that name hides or does not touch the global; types do not run
	if (ts.isTypeQueryNode(parent) || ts.isTypeReferenceNode(parent))
		return false;
	return !("name" in parent && parent.name === node);
}

/** The room a file belongs to: `lib/oci/client.ts` is in `lib/oci`, `lib/registry.ts` in `lib/registry`, all of stacks in `stacks`. */
export function roomOf(file: string): string {
	const parts = file.replace(/\.ts$/, "").split("/");
	return parts[0] === "lib" ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

function forbidden(
	file: string,
	specifier: string,
	rule: RoomRule,
): string | undefined {
	if (specifier.startsWith(".")) {
		const target = normalize(join(dirname(file), specifier)).replace(
			/\.ts$/,
			"",
		);
		if (roomOf(target) === roomOf(file)) return undefined;
		const allowed = rule.lib.some(
			(each) => target === `lib/${each}` || target.startsWith(`lib/${each}/`),
		);
		return allowed ? undefined : target;
	}
	if (specifier.startsWith("node:")) return rule.node ? undefined : specifier;
	const allowed = rule.packages.some((each) =>
		each.endsWith("*")
			? specifier.startsWith(each.slice(0, -1))
			: specifier === each,
	);
	return allowed ? undefined : specifier;
}

export interface Rules {
	readonly rooms: Readonly<Record<string, RoomRule>>;
	/** Files that may read `process`. */
	readonly process: readonly string[];
	/** Files, or folders with a slash at the end, that may open sockets. */
	readonly sockets: readonly string[];
	readonly maxLines: number;
}

/** Every rule that a file breaks, as `file: what`. */
export function violations(sources: readonly Source[], rules: Rules): string[] {
	const found: string[] = [];
	for (const source of sources) {
		const { file, text } = source;
		const rule = rules.rooms[roomOf(file)];
		if (!rule) {
			found.push(`${file}: ${roomOf(file)} is no room of the table`);
			continue;
		}
		const uses = usesOf(source);
		for (const specifier of uses.imports) {
			const target = forbidden(file, specifier, rule);
			if (target !== undefined)
				found.push(`${file}: ${roomOf(file)} may not import ${target}`);
		}
		if (uses.process && !rules.process.includes(file))
			found.push(`${file}: reads process`);
		if (
			uses.sockets &&
			!rules.sockets.some(
				(each) =>
					file === each || (each.endsWith("/") && file.startsWith(each)),
			)
		)
			found.push(`${file}: opens sockets`);
		const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
		if (lines > rules.maxLines)
			found.push(`${file}: ${lines} lines, at most ${rules.maxLines}`);
	}
	return found;
}
