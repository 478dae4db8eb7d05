import type { HostRule } from "../../lib/registry-host/lint/host-rules";
import { lintHostFiles } from "../../lib/registry-host/lint/lint-host-files";

/** Files by path as the lint takes them; text is what stands between the first line break and the last. */
function filesOf(texts: Readonly<Record<string, string>>) {
	return Object.entries(texts).map(([path, text]) => ({
		path,
		text: text.replace(/^\n/, ""),
	}));
}

/** Every problem of a set of files: `file:line rule`, with `?` behind it for a warning. */
export function problemsOf(texts: Readonly<Record<string, string>>): string[] {
	return lintHostFiles(filesOf(texts)).map(
		({ file, line, rule, severity }) =>
			`${file}:${line} ${rule}${severity === "warning" ? "?" : ""}`,
	);
}

/** Lines of one file on which one rule has something to say; all other rules are left out. */
export function linesOf(
	rule: HostRule,
	file: string,
	texts: Readonly<Record<string, string>>,
): number[] {
	return lintHostFiles(filesOf(texts))
		.filter((each) => each.rule === rule && each.file === file)
		.map(({ line }) => line);
}

/** The reasons that a rule gives. */
export function reasonsOf(
	rule: HostRule,
	texts: Readonly<Record<string, string>>,
): string[] {
	return lintHostFiles(filesOf(texts))
		.filter((each) => each.rule === rule)
		.map(({ reason }) => reason);
}

export const RESOLVER = "resolver 127.0.0.11 valid=10s ipv6=off;";

/** An nginx.conf: a server on 5050 whose location holds these lines. */
export const nginxWith = (inside: string, outside = RESOLVER) => ({
	"nginx.conf": `http {
${outside}
server {
listen 5050 ssl;
proxy_set_header Host $http_host;
location / {
${inside}
}
}
}
`,
});
