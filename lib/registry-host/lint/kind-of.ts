export const HOST_FILE_KINDS = [
	"compose",
	"nginx",
	"registry-config",
	"crontab",
	"netplan",
	"resolved",
	"systemd-unit",
	"script",
] as const;
/** What the config lint has rules for. */
export type HostFileKind = (typeof HOST_FILE_KINDS)[number];

/** A line of a crontab that starts something: five fields or a name, with or without a user, and a command. */
export const CRON_LINE =
	/^\s*(@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|(?:[*?\d][-~\d*/,]*[ \t]+){3}[*\dA-Za-z][-\d*/,A-Za-z]*[ \t]+[*?\dA-Za-z][-\d*/,A-Za-z]*)[ \t]+(\S.*)$/;
const ASSIGNMENT = /^\s*[A-Za-z_]\w*\s*=/;
const COMMENT = /^\s*(#|$)/;
const INI_SECTION = /^\[([A-Za-z]+)\]\s*$/m;
const UNIT_SECTIONS = new Set(["Unit", "Service", "Timer", "Install", "Mount"]);
const NGINX =
	/^[ \t]*(http|events|server|stream|upstream[ \t]+\S+|location[ \t][^{\n]*)[ \t]*\{|^[ \t]*(http|events|server|stream)[ \t]*$|^[ \t]*(proxy_pass|worker_processes|listen|server_name|proxy_set_header|proxy_cache_path)\s[^;\n]*;/m;
const TOP_KEY =
	/^(?:"([^"\n]+)"|'([^'\n]+)'|([A-Za-z][\w.-]*))[ \t]*:(?=\s|$)/gm;

/** Which kind a file's text is, by what it says and never by its name; undefined for one that has no rules. */
export function kindOf(text: string): HostFileKind | undefined {
	if (text.startsWith("#!")) return "script";
	const section = INI_SECTION.exec(text)?.[1];
	if (section === "Resolve") return "resolved";
	if (section !== undefined && UNIT_SECTIONS.has(section))
		return "systemd-unit";
	if (isCrontab(text)) return "crontab";
	const kind = yamlKind(topKeys(text), text);
	if (kind) return kind;
	return NGINX.test(text) ? "nginx" : undefined;
}

/** Mostly lines that start something: one that is malformed does not make it another kind. */
function isCrontab(text: string): boolean {
	const lines = text
		.split("\n")
		.filter((line) => !COMMENT.test(line) && !ASSIGNMENT.test(line));
	const jobs = lines.filter((line) => CRON_LINE.test(line));
	return jobs.length > 0 && jobs.length * 2 >= lines.length;
}

function topKeys(text: string): ReadonlySet<string> {
	const found = [...text.matchAll(TOP_KEY)].map(
		([, double, single, bare]) => double ?? single ?? bare ?? "",
	);
	return new Set(/^\s*\{/.test(text) ? flowKeys(text) : found);
}

/** Keys of the outermost braces of JSON, or of YAML that is written like it. */
function flowKeys(text: string): string[] {
	const keys: string[] = [];
	let depth = 0;
	let word = "";
	for (const [, double, single, bare, sign] of text.matchAll(
		/"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z][\w.-]*)|([{}[\]:])/g,
	)) {
		if (sign === undefined) word = double ?? single ?? bare ?? "";
		else if (sign === ":") {
			if (depth === 1) keys.push(word);
		} else depth += sign === "{" || sign === "[" ? 1 : -1;
	}
	return keys;
}

/** What stands below netplan's network; a Makefile may have a target of that name. */
const NETPLAN =
	/(?:^[ \t]+|[{,]\s*)["']?(version|renderer|ethernets|bonds|bridges|vlans|wifis|tunnels|vrfs|modems|dummy-devices)["']?[ \t]*:/m;
/** The one version of a registry's configuration; a package.json has a proxy and another one. */
const REGISTRY_VERSION =
	/(?:^|[{,\s])["']?version["']?[ \t]*:\s*["']?0\.1["']?\s*(?:[,}#]|$)/m;
/** What else a compose file of several others says. */
const AROUND_INCLUDE =
	/^(include|name|version|networks|volumes|configs|secrets|x-.*)$/;

function yamlKind(
	keys: ReadonlySet<string>,
	text: string,
): HostFileKind | undefined {
	// a workflow has services too
	if (keys.has("services") && !keys.has("steps")) return "compose";
	if (keys.has("include") && [...keys].every((key) => AROUND_INCLUDE.test(key)))
		return "compose";
	if (keys.has("network") && !keys.has("services") && NETPLAN.test(text))
		return "netplan";
	// zot's, which is another registry
	if (keys.has("distSpecVersion")) return undefined;
	const isVersioned = keys.has("version")
		? REGISTRY_VERSION.test(text)
		: keys.has("http");
	if ((keys.has("storage") || keys.has("proxy")) && isVersioned)
		return "registry-config";
	return undefined;
}
