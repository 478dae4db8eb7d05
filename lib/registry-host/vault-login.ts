import type { VaultCredentials } from "../registry";
import { must } from "./must";

const PATH_IN_VAULT = /^[\w@.-]+(\/[\w@.-]+)*$/;

/** Where in Vault a login lives: a script on the VM reads it there, and writes it into files of a line each. */
export function checkVaultLogin(
	{ mount = "secret", name, userKey, user, passwordKey }: VaultCredentials,
	prop: string,
): void {
	must(
		(userKey === undefined) !== (user === undefined),
		prop,
		{ userKey, user },
		"exactly one of userKey and user",
	);
	for (const [key, path] of Object.entries({ mount, name, passwordKey }))
		must(PATH_IN_VAULT.test(path), `${prop}.${key}`, path, "a path in Vault");
	must(
		userKey === undefined || PATH_IN_VAULT.test(userKey),
		`${prop}.userKey`,
		userKey,
		"a key in Vault",
	);
	must(
		user === undefined || /^[\w@.+$-]+$/.test(user),
		`${prop}.user`,
		user,
		"a user's name, without blanks and colons",
	);
}
