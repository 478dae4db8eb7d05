import { BUNDLE_MATCHES } from "../../guard/contract";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf } from "./script";

/** Whether the files of the bundle on the VM are the ones that were rendered. */
export function bundleScript({ base, textfileFolder }: RegistryHost): HostFile {
	const { name, help } = BUNDLE_MATCHES;
	return bashScript(
		`${binOf({ base })}/bundle-matches`,
		[
			"bundle-matches: holds every file of the bundle against its hash, names those that differ, publishes 1 or 0.",
			"REGISTRY_ROOT is put before every path, for trying it out.",
		],
		`
root=\${REGISTRY_ROOT-}
textfiles=$root${textfileFolder}
matches=1
cd "$root/"
sha256sum -c --quiet --strict ${base.slice(1)}/bundle.sha256 >&2 || matches=0
umask 022
mkdir -p "$textfiles"
file=$textfiles/registry_guard_bundle.prom
if ! printf '%s\\n' '# HELP ${name} ${help}' '# TYPE ${name} gauge' "${name} $matches" >"$file.tmp" || ! mv "$file.tmp" "$file"; then
  # what is there may not be true any more: that nothing is there is an alert
  rm -f "$file" "$file.tmp"
  exit 1
fi
`,
	);
}
