import type { VaultCredentials } from "../registry";
import { guardEnvFile } from "./guard-env-file";
import type { HostFile } from "./host-file";
import { publishedPorts } from "./published-ports";
import type { RegistryHost } from "./registry-host";
import { binOf } from "./scripts/script";

/**
 * The page about the VM, in Markdown: ports, paths, timers, secrets, how to change it and how to go back.
 *
 * @param files the bundle of the same host.
 */
export function renderRegistryVmPage(
	host: RegistryHost,
	files: readonly HostFile[],
): string {
	const { address, base, data, dns, registries } = host;
	const bin = binOf(host);
	const isPrivate = registries.some(({ kind }) => kind === "private");
	return `# The registry VM

<!-- Generated from stacks/settings.ts by npm run generate: change that, not this page. -->

\`${host.host}\` (${address}). Every file of the VM that is named here is generated, below \`generated/registry-host/vm\`.

## Ports

${table(
	["port", "what", "service", "store"],
	publishedPorts(host).map(({ port, tls, what, registry, behind }) => [
		`${port}${tls ? " (TLS)" : ""}`,
		what,
		registry?.service ?? behind,
		behind === "registry" ? `\`${registry?.data}\`` : "",
	]),
)}

nginx listens on all of them and nothing else is published. \`/healthz\` on a registry's port asks the registry behind it:
200 it lives, anything else it does not. Nodes reach them by the name \`${host.host}\` (\`generated/registry-host/nodes\`), never by
the address. A cache answers GET and HEAD only${host.ui ? "; the page on its port can look, not delete" : ""}.

## Files

${table(
	["on the VM", "what"],
	files
		.filter(({ path }) => path.startsWith("vm/"))
		.map(({ path }) => {
			const file = path.slice("vm".length);
			return [`\`${file}\``, aboutFile(file, host)];
		}),
)}

\`${host.guardFile}\` is not in the bundle: the sync brings \`ci/guard.mjs\` of the repository that it runs in, and a push of that file
starts it too. This repository has it as \`dist/guard.mjs\`, so by hand from here it is named: \`GUARD_FILE=dist/guard.mjs\`.

Not generated, and never replaced: \`${data}\` (the stores, and \`_breakglass\` below the private one: what retires a
registry leaves that folder alone), \`${base}/tls\`, \`${base}/secrets\`, \`${base}/state\`.

## Timers

${table(
	["unit", "when"],
	files
		.filter(({ path }) => path.endsWith(".timer"))
		.map(({ path, text }) => [
			`\`${path.slice(path.lastIndexOf("/") + 1)}\``,
			`\`${/^OnCalendar=(.*)$/m.exec(text)?.[1]}\``,
		]),
)}

Scan, collection and config sync hold \`${host.lockFile}\` and wait for each other. A collection is \`garbage-collect\` without
\`-m\`, always: with it 2.8 deletes the children of every index. There is no retention by age.

All containers go down and up by \`systemctl restart docker-compose-registry\`: it brings a collection to its end first. By hand
beside one, \`docker compose down\` and \`up -d\` leave nginx down, because the collection has the address of its registry: \`up -d\` again
when it is through.

## Secrets

None is in a generated file. \`${bin}/fetch-secrets\` writes them on the VM, for root alone:

${table(["file", "from Vault", "for"], secrets(host))}
${registries.some(({ tls }) => tls) ? `\nThe certificate is not among them: ${[...new Set(registries.flatMap(({ tls }) => (tls ? [`\`${tls.certificate}\``, `\`${tls.key}\``] : [])))].join(" and ")} come from whoever renews it. After that: \`docker exec registry-nginx nginx -s reload\`.\n` : ""}
## Change something

1. Change \`stacks/settings.ts\`, run \`npm run generate\`, read the difference below \`generated/registry-host\`, commit.
   Whatever the config lint calls an error is refused here already.
2. On the push to master the workflow \`registry-config-sync\` ships it: it shows the difference, tests compose and nginx
   files on the VM, replaces the files, restarts only what they belong to, nginx last, and puts everything back unless all
   is as healthy as before and the stores are as whole. By hand: \`GUARD_FILE=dist/guard.mjs ci/registry-config-sync [--dry-run]\`;
   its first lines, and those of \`ci/lib/machine\`, say what else it reads.
3. DNS: \`${bin}/dns-apply\` backs up to \`/root/dns-backups\`, applies, asks for \`${dns.internalName}\` and \`${dns.externalName}\`, the
   latter also with ${dns.internal} unreachable, and goes back by itself when one of them fails.

A single file is mounted into each container. nginx and the registries see a new one after a restart of the container,
not after a reload: \`docker compose -f ${base}/docker-compose.yml restart nginx\`.

## The first time

The VM needs Docker with compose 2.24 or newer, \`vault\` and \`htpasswd\`.

1. The secrets, from the bundle that is not there yet, after a \`vault login\` on the VM, and the certificate:
   \`ssh root@${address} VAULT_ADDR="$VAULT_ADDR" bash -s <generated/registry-host/vm${bin}/fetch-secrets\`.${
			isPrivate
				? `
2. \`mkdir -p ${registries.find(({ kind }) => kind === "private")?.data}\`, once: compose does not make it, so that a disk which is not mounted is never
   served as an empty registry.`
				: ""
		}
${isPrivate ? 3 : 2}. \`GUARD_FILE=dist/guard.mjs ci/registry-config-sync\`: it refuses while a file that is mounted is missing, lists crontab lines of before, which would go
   on to destroy images beside the timers, and enables no timer while they run.
${isPrivate ? 4 : 3}. \`${bin}/enable --disable-old\` comments those lines out and enables the timers.

Project \`${host.compose.project}\`, network \`${host.compose.network}\` and volume \`${host.compose.cacheVolume}\` are the names that compose gave
them on a VM that ran without pinned ones, so its nginx cache stays (\`nginx.cache.folder\` is the path
of \`proxy_cache_path\` there; another one leaves the old copies lying). The network gets its fixed addresses by being made
anew, once: \`docker compose down\` first.

## Go back

- The last change: revert the commit, and the workflow ships the bundle of before.
- A sync that was cut short: the next one puts the old state back first, and so does the next boot. At once:
  \`bash ${base}/.sync/undo/run ${base}/.sync/undo base=${base.slice(1)} part=recover\`. Without that folder there is nothing to put back.
- What is on the VM against what was rendered: \`${bin}/bundle-matches\` names each file that differs.
- DNS: the newest of \`/root/dns-backups/\`: \`tar -xzf FILE -C / && netplan apply && systemctl restart systemd-resolved\`.

## Take a registry away

Remove its entry: service, port, nginx server, config, timer and alerts go together, the store stays where it is. In this
order: point the nodes elsewhere (their \`hosts.toml\`), ship the bundle, look at it for a week, then free the store by hand,
without its \`_breakglass\`.

## The disk is full

- A cache may go as a whole, it fills itself again: in \`${base}\` \`docker compose stop registry-NAME\`, remove \`${data}/NAME/docker\`,
  start it. One cache at a time, and never the private one. A 2.8 cache frees nothing by itself, and no cache starts while its
  upstream does not answer (it asks at its start, 2.8 and 3.x): first \`curl -sS UPSTREAM/v2/\` on the VM.
- nginx's copies: \`docker exec registry-nginx sh -c 'rm -rf ${host.nginx.cache.folder}/*'\`, then restart nginx. Also after a
  cache served a blob that was too short on disk: nginx keeps for up to ${host.nginx.cache.valid} what it was given with a fitting length.
- Never \`garbage-collect -m\`.
`;
}

function table(
	head: readonly string[],
	rows: readonly (readonly string[])[],
): string {
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return [
		line(head),
		`|${head.map(() => "---|").join("")}`,
		...rows.map(line),
	].join("\n");
}

const ABOUT: Readonly<Record<string, string>> = {
	"docker-compose.yml": "services, networks, volumes",
	"nginx.conf": "every port, and the blob cache",
	"bundle.sha256": "hashes of all the others",
	"fix-broken-blobs.sh": "the old name of `guard scan --fix-layer-links`",
};

/** What a file says of itself in its first comment, or what it configures. */
function aboutFile(file: string, { registries }: RegistryHost): string {
	const name = file.slice(file.lastIndexOf("/") + 1);
	const registry = registries.find(({ configFile }) => configFile === file);
	if (registry)
		return `${registry.service}, keys of distribution ${registry.distribution}.x`;
	if (file.includes("/bin/"))
		return "script; its first lines say how to use it";
	if (file.startsWith("/etc/systemd/resolved")) return "DNS of the machine";
	if (file.startsWith("/etc/netplan")) return "DNS of the link";
	if (file.startsWith("/etc/systemd")) return "unit";
	return ABOUT[name] ?? "";
}

function secrets(host: RegistryHost): string[][] {
	return host.registries.flatMap((registry) => {
		const { service, htpasswd, users, loginFile, upstream } = registry;
		const guard = guardEnvFile(host, registry);
		return [
			...(htpasswd
				? [[`\`${htpasswd}\``, users ? vault(users) : "by hand", service]]
				: []),
			...(guard && users
				? [[`\`${guard}\``, vault(users), "the guard on the VM"]]
				: []),
			...(loginFile && upstream?.login
				? [
						[
							`\`${loginFile}\``,
							vault(upstream.login),
							`${service}, at ${upstream.host}`,
						],
					]
				: []),
		];
	});
}

function vault({
	mount = "secret",
	name,
	userKey,
	passwordKey,
}: VaultCredentials): string {
	return `\`${mount}/${name}\`: ${[userKey, passwordKey]
		.filter((key) => key !== undefined)
		.map((key) => `\`${key}\``)
		.join(", ")}`;
}
