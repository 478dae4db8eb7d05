import { readdirSync, readFileSync } from "node:fs";
import { settings } from "../../stacks/settings";

const pages = readdirSync("docs/runbooks").map((name) => ({
	name,
	text: readFileSync(`docs/runbooks/${name}`, "utf8"),
}));
const models = settings.registries.map(({ model }) => model);

/** What the pages' commands name, and what of it there is. */
const NAMES: [what: string, pattern: RegExp, known: readonly string[]][] = [
	// and that of the pipelines' pods, which is Woodpecker's own
	[
		"namespace",
		/kubectl -n ([\w-]+)/g,
		[settings.namespace.name, "woodpecker"],
	],
	["CronJob", /cronjob\/([\w-]+)/g, models.map(({ probeName }) => probeName)],
	[
		"Secret",
		/get secret ([\w-]+)/g,
		models.map(({ secretName }) => secretName),
	],
	[
		"stack",
		/cdktf-cli@\S+ (?:deploy|diff) ([\w-]+)/g,
		["monitoring", "alerts"],
	],
	[
		"Vault path",
		/secret\/(\w+)/g,
		models.flatMap(({ vault }) => vault?.name ?? []),
	],
	[
		"Vault key",
		/-field=(\w+)/g,
		models.flatMap(({ vault }) => [
			vault?.userKey ?? "",
			vault?.passwordKey ?? "",
		]),
	],
	[
		"registry",
		/((?:registry|forgejo)\.viktorbarzin\.me(?::\d+)?)/g,
		models.flatMap(({ host, pushHost, pullHosts, realmHosts }) => [
			host,
			pushHost,
			...pullHosts,
			...realmHosts.map((realm) => realm.host),
		]),
	],
	[
		"port of the VM",
		/(10\.0\.20\.10:\d+)/g,
		models.flatMap(({ host, metrics, pullHosts }) => [
			host,
			metrics?.target ?? "",
			...pullHosts,
		]),
	],
];

test.each(NAMES)(
	"every %s that a runbook names is one of the settings",
	(_, pattern, known) => {
		const named = pages.flatMap(({ name, text }) =>
			[...text.matchAll(pattern)].map(([, found]) => `${name}: ${found}`),
		);
		expect(named.length).toBeGreaterThan(0);
		expect(
			named.filter(
				(each) => !known.includes(each.slice(each.indexOf(": ") + 2)),
			),
		).toEqual([]);
	},
);
