import { isPinned } from "../pins";
import { EVENTS } from "../woodpecker/event";
import { isSecretName, type Secret } from "../woodpecker/secret";
import { DRIFT_CRON } from "./drift-detection";
import {
	NOTIFY_POLICIES,
	type Pipelines,
	type PipelinesProps,
	type PushTarget,
	type SshMachine,
} from "./pipelines";
import { STRANGERS } from "./strangers";

const COMMIT = /^[0-9a-f]{8}$/;
const REPOSITORY =
	/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/;

type Must = (
	holds: unknown,
	prop: string,
	got: unknown,
	wanted: string,
) => void;

/**
 * Resolves the defaults and validates.
 *
 * @throws Error with every mistake, one a line: prop, got, wanted.
 */
export function resolvePipelines(props: PipelinesProps): Pipelines {
	const {
		branch = "master",
		vaultAddress = "http://vault-active.vault.svc.cluster.local:8200",
		vaultRole = "ci",
		parallel = 4,
		notify,
		strangers = STRANGERS,
		infraCi,
		cli,
		registryHost,
		proxmox,
		slackWebhook,
		roots = [],
		crons = [],
	} = props;
	const mistakes: string[] = [];
	const must: Must = (holds, prop, got, wanted) => {
		if (!holds)
			mistakes.push(
				`pipelines.${prop}: got ${JSON.stringify(got) ?? "nothing"}, wanted ${wanted}`,
			);
	};
	must(
		isRepository(infraCi?.image),
		"infraCi.image",
		infraCi?.image,
		"host/repository without a tag",
	);
	must(
		COMMIT.test(infraCi?.tag),
		"infraCi.tag",
		infraCi?.tag,
		"the first 8 characters of a commit",
	);
	must(/^[^\s*?[{]+$/.test(branch), "branch", branch, "a branch");
	must(
		notify === undefined || NOTIFY_POLICIES.includes(notify),
		"notify",
		notify,
		`one of ${NOTIFY_POLICIES.join(", ")}`,
	);
	must(
		Number.isInteger(parallel) && parallel >= 1,
		"parallel",
		parallel,
		"a whole number from 1",
	);
	must(
		/^https?:\/\/[^\s/]+$/.test(vaultAddress),
		"vaultAddress",
		vaultAddress,
		"an http(s) URL without a path",
	);
	const isRoots = Array.isArray(roots) && roots.length > 0;
	must(isRoots, "roots", roots, "at least one folder or glob");
	for (const root of isRoots ? roots : [])
		must(/^[\w./*-]+$/.test(root), "roots", root, "a folder or a glob");
	const cronNames = Array.isArray(crons)
		? crons.map(({ name }) => name)
		: crons;
	must(
		Array.isArray(cronNames) && cronNames.includes(DRIFT_CRON),
		"crons",
		cronNames,
		`one named ${DRIFT_CRON}`,
	);
	assertTargets("infraCi.targets", infraCi?.targets ?? [], must);
	assertTargets("cli.targets", cli?.targets ?? [], must);
	assertMachine("registryHost", registryHost, must);
	assertMachine("proxmox", proxmox, must);
	assertSecret("slackWebhook", slackWebhook, must);
	if (mistakes.length > 0) throw new Error(mistakes.join("\n"));

	return {
		...props,
		branch,
		vaultAddress,
		vaultRole,
		parallel,
		strangers,
		infraCiImage: `${infraCi.image}:${infraCi.tag}`,
		secrets: distinct([
			...[...infraCi.targets, ...cli.targets].flatMap(({ user, password }) =>
				typeof user === "string" ? [password] : [user, password],
			),
			registryHost.key,
			proxmox.key,
			slackWebhook,
		]),
	};
}

function isRepository(text: unknown): boolean {
	return (
		typeof text === "string" &&
		REPOSITORY.test(text) &&
		// otherwise the first part is no host but Docker Hub's user
		/[.:]/.test(text.split("/")[0] ?? "") &&
		!isPinned(text)
	);
}

function assertTargets(
	prop: string,
	targets: readonly PushTarget[],
	must: Must,
): void {
	const isList = Array.isArray(targets) && targets.length > 0;
	must(isList, prop, targets, "at least one");
	if (!isList) return;
	for (const [i, target] of targets.entries()) {
		const { repository, user, password } = target ?? {};
		must(
			isRepository(repository),
			`${prop}[${i}].repository`,
			repository,
			"host[:port]/repository without a tag",
		);
		if (typeof user !== "string")
			assertSecret(`${prop}[${i}].user`, user, must);
		else must(user, `${prop}[${i}].user`, user, "a user");
		assertSecret(`${prop}[${i}].password`, password, must);
	}
}

function assertMachine(
	prop: string,
	machine: SshMachine | undefined,
	must: Must,
): void {
	const { host, user = "root", port = 22, key } = machine ?? {};
	must(
		host && /^[\w.:-]+$/.test(host),
		`${prop}.host`,
		host,
		"a name or an address",
	);
	must(/^[a-z_][a-z0-9_-]*$/.test(user), `${prop}.user`, user, "a user");
	must(
		Number.isInteger(port) && port > 0 && port < 65536,
		`${prop}.port`,
		port,
		"a port",
	);
	assertSecret(`${prop}.key`, key, must);
}

function assertSecret(
	prop: string,
	secret: Secret | undefined,
	must: Must,
): void {
	must(
		secret && isSecretName(secret.name ?? ""),
		prop,
		secret?.name,
		"a secret {name, events, vault}",
	);
	if (!secret) return;
	const { events = [], vault } = secret;
	must(
		Array.isArray(events) &&
			events.length > 0 &&
			events.every((event) => EVENTS.includes(event)),
		`${prop}.events`,
		events,
		`some of ${EVENTS.join(", ")}`,
	);
	must(
		/^[\w-]+(\/[\w.-]+)+$/.test(vault?.path ?? "") && vault?.key,
		`${prop}.vault`,
		vault,
		"{path: mount/name, key}",
	);
}

/** One of each name, sorted by it. */
function distinct(secrets: readonly Secret[]): readonly Secret[] {
	const byName = new Map(secrets.map((secret) => [secret.name, secret]));
	return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
