import type { VaultCredentials } from "../../registry";
import { guardEnvFile } from "../guard-env-file";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf } from "./script";

/**
 * What no generated file says: logins, fetched on the VM. None is ever an argument of a command. TLS keys are not here:
 * whoever renews the certificate puts them where the model says.
 */
export function secretsScript(host: RegistryHost): HostFile {
	const steps = host.registries.flatMap((registry) => {
		const { service, users, htpasswd, upstream, loginFile } = registry;
		const guard = guardEnvFile(host, registry);
		return [
			...(users && htpasswd
				? [
						...read(users),
						`printf '%s\\n' "$password" | htpasswd -niB -C 5 "$user" | put ${htpasswd} ${service}`,
						...(guard
							? [
									`printf '%s\\n' "REG_USER=$user" "REG_PASS=$password" | put ${guard}`,
								]
							: []),
					]
				: []),
			...(upstream?.login && loginFile
				? [
						...read(upstream.login),
						`printf '%s\\n' "REGISTRY_PROXY_USERNAME=$(env_value "$user")" "REGISTRY_PROXY_PASSWORD=$(env_value "$password")" | put ${loginFile} ${service}`,
					]
				: []),
		];
	});
	return bashScript(
		`${binOf(host)}/fetch-secrets`,
		[
			"fetch-secrets: writes the users and login files from Vault, for root alone; VAULT_ADDR and a token as `vault` takes them.",
			"Needs vault and htpasswd. Says which registry to restart; REGISTRY_ROOT is put before every path, for trying it out.",
		],
		`
umask 077
field() { # MOUNT PATH KEY
  local value
  value=$(vault kv get "-mount=$1" "-field=$3" "$2")
  case $value in
  '' | *$'\\n'*)
    echo "fetch-secrets: $1/$2 $3: got $([ -n "$value" ] && echo several lines || echo nothing), wanted one line" >&2
    exit 1
    ;;
  esac
  printf '%s' "$value"
}

# A value for compose, which takes what is in single quotes as it is, and for the registry, which reads its environment as
# YAML: without quotes a password ends at " #", and null is none.
env_value() {
  local text=\${1//\\\\/\\\\\\\\}
  text=\${text//\\"/\\\\\\"}
  printf "'\\"%s\\"'" "\${text//\\'/\\\\x27}"
}

put() { # FILE [SERVICE]: what comes in, when all of it is there
  local file=\${REGISTRY_ROOT-}$1 text
  text=$(cat)
  if [ -e "$file" ] && [ -z "\${file##*.env}" ] && [ "$text" = "$(cat "$file")" ]; then return; fi
  mkdir -p "\${file%/*}"
  printf '%s\\n' "$text" >"$file.tmp"
  mv "$file.tmp" "$file"
  echo "fetch-secrets: wrote $1\${2:+, now: docker compose up -d --force-recreate $2}" >&2
}

${steps.join("\n")}
`,
	);
}

function read({
	mount = "secret",
	name,
	userKey,
	user,
	passwordKey,
}: VaultCredentials): string[] {
	return [
		userKey
			? `user=$(field ${quote(mount)} ${quote(name)} ${quote(userKey)})`
			: `user=${quote(user ?? "")}`,
		`password=$(field ${quote(mount)} ${quote(name)} ${quote(passwordKey)})`,
	];
}

function quote(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text)
		? text
		: `'${text.replaceAll("'", "'\\''")}'`;
}
