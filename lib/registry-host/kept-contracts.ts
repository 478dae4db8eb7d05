import type { HostRegistry } from "./host-registry";
import { must } from "./must";
import type { RegistryConfig } from "./registry-config-keys";
import { renderedSecret } from "./rendered-secret";

/** What stands beside the driver. */
const NO_DRIVER = new Set([
	"cache",
	"delete",
	"maintenance",
	"redirect",
	"tag",
]);

/**
 * What `extra` may not say: what a prop says for the other files too, and secrets.
 *
 * @throws Error naming the key, what it got and what it wanted.
 */
export function checkContracts(
	{ name, kind, listen, storage, htpasswd }: HostRegistry,
	config: RegistryConfig,
): void {
	const check = (holds: boolean, key: string, got: unknown, wanted: string) =>
		must(holds, `registries[${name}].extra.${key}`, got, wanted);
	const secret = renderedSecret(config);
	check(
		secret === undefined,
		secret ?? "",
		"a secret",
		"none in a file that is rendered: a variable in an environment file on the VM says it (REGISTRY_...)",
	);
	check(config.version === 0.1, "version", config.version, "0.1");
	const drivers = Object.keys(config.storage ?? {}).filter(
		(key) => !NO_DRIVER.has(key),
	);
	check(
		drivers.length === 1,
		"storage",
		drivers,
		"one driver: with another number of them the registry does not start",
	);
	const filesystem = config.storage?.filesystem;
	check(
		filesystem === undefined || filesystem.rootdirectory === storage,
		"storage.filesystem.rootdirectory",
		filesystem?.rootdirectory,
		`${storage}, where its data is mounted; the prop storage moves both`,
	);
	check(
		config.http?.addr === listen,
		"http.addr",
		config.http?.addr,
		`${listen}, where nginx connects to; the prop listen moves both`,
	);
	check(
		config.http?.tls === undefined,
		"http.tls",
		config.http?.tls,
		"none: nginx connects without; the prop tls is that of its port",
	);
	check(
		Boolean(config.proxy?.remoteurl) === (kind === "pull-through"),
		"proxy",
		config.proxy,
		kind === "pull-through"
			? "a remoteurl: without one everybody may push"
			: "none: it is private",
	);
	check(
		htpasswd === false || Object.keys(config.auth ?? {}).length === 1,
		"auth",
		config.auth,
		"one kind of login; without any everybody may push, which htpasswd: false says",
	);
	const path = config.auth?.htpasswd?.path;
	check(
		path === undefined || path === htpasswd,
		"auth.htpasswd.path",
		path,
		`${htpasswd}, which is mounted; the prop htpasswd moves both`,
	);
}
