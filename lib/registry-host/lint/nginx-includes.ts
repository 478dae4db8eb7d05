import type { Report } from "./host-rules";
import type { LintFile } from "./lint-file";
import { LintSyntaxError } from "./lint-syntax-error";
import { directivesOf } from "./nginx-view";
import { type NginxDirective, parseNginx } from "./parse-nginx";

/** Finds what an include names (`conf.d/*.conf`) from the path of the file that nginx is started with; none where there is nothing. */
export type FindIncluded = (
	pattern: string,
	main: string,
) => readonly LintFile[];

/** A configuration with what it includes in its place. */
export interface FollowedNginx {
	readonly directives: readonly NginxDirective[];
	readonly included: readonly LintFile[];
}

/** More includes of one configuration than anybody writes: files that include others several times multiply. */
const MAX_INCLUDES = 200;

/** What is included everywhere and neither listens nor proxies. */
const HARMLESS = /(^|\/)(mime\.types|\w+_params|modules-enabled\/.*)$/;

/** Whether an include that was not followed may bring servers and locations. */
export function isInclude({ name, args }: NginxDirective): boolean {
	return name === "include" && !HARMLESS.test(args[0] ?? "");
}

export function hasIncludes(directives: readonly NginxDirective[]): boolean {
	return [...directivesOf(directives)].some(({ directive }) =>
		isInclude(directive),
	);
}

/**
 * Puts included files in the place of their includes, as nginx does; each directive of theirs says its file. An
 * include of nothing that can be found stays, and is told unless it is harmless.
 *
 * @throws LintSyntaxError for a mistake in the file itself; one in an included file is told.
 */
export function followIncludes(
	main: LintFile,
	find: FindIncluded,
	report: Report,
): FollowedNginx {
	const included = new Map<string, LintFile>();
	let left = MAX_INCLUDES;

	const notFollowed = (
		file: string,
		{ line, args }: NginxDirective,
		why: string,
		fix: string,
	) =>
		report(
			"include-not-followed",
			{ file, line },
			`got include ${args[0] ?? ""}${why}`,
			fix,
			"warning",
		);

	const follow = (
		directives: readonly NginxDirective[],
		within: readonly string[],
	): readonly NginxDirective[] =>
		directives.flatMap((directive): readonly NginxDirective[] => {
			const file = within.at(-1) ?? main.path;
			const own = within.length > 1 ? { ...directive, file } : directive;
			if (directive.block)
				return [{ ...own, block: follow(directive.block, within) }];
			const [pattern = ""] = directive.args;
			if (directive.name !== "include" || /mime\.types$/.test(pattern))
				return [own];
			const found = find(pattern, main.path);
			const isCycle = found.some(({ path }) => within.includes(path));
			if (found.length > 0 && !isCycle && left >= found.length) {
				left -= found.length;
				return found.flatMap((each) => read(each, within));
			}
			if (isCycle)
				notFollowed(file, directive, ", which includes itself", "remove it");
			else if (found.length > 0)
				notFollowed(
					file,
					directive,
					` behind ${MAX_INCLUDES} others`,
					"lint the included files by themselves",
				);
			else if (isInclude(directive))
				notFollowed(file, directive, "", "name the included files too");
			return [own];
		});

	const read = (each: LintFile, within: readonly string[]) => {
		included.set(each.path, each);
		try {
			return follow(parseNginx(each.text), [...within, each.path]);
		} catch (error) {
			if (!(error instanceof LintSyntaxError)) throw error;
			report(
				"not-linted",
				{ file: each.path, line: error.line },
				`as nginx: ${error.message}`,
				"mend the file: nothing in it was looked at",
			);
			return [];
		}
	};

	const directives = follow(parseNginx(main.text), [main.path]);
	return { directives, included: [...included.values()] };
}
