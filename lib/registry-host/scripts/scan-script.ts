import { NODE_UID } from "../../pins";
import { collectArguments } from "../collect-arguments";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf, stateOf } from "./script";

/** The disk scan of every store, one after the other. */
export function scanScript(host: RegistryHost): HostFile {
	const stores = host.registries.map(
		({ name, data, kind }) =>
			`scan ${name} ${data}${kind === "pull-through" ? " --cache" : ""}`,
	);
	const collections = host.registries
		.filter(({ collectAt }) => collectAt !== false)
		.map((registry) => `settle ${collectArguments(registry)}`);
	return bashScript(
		`${binOf(host)}/scan`,
		[
			"scan: looks at every store on disk and publishes what it saw, a metrics file per store. Needs the lock.",
			"Exit code: the guard's of the worst store: 1 findings, 3 could not look.",
		],
		`
textfiles=${host.textfileFolder}
work=${stateOf(host)}/scan
worst=0
umask 022
mkdir -p "$work" "$textfiles"
# the guard writes its metrics as another user
[ "$(id -u)" -ne 0 ] || chown ${NODE_UID}:${NODE_UID} "$work"

scan() {
  local name=$1 store=$2 code=0 file=$textfiles/registry_guard_scan_$1.prom
  ${binOf(host)}/guard scan "$store" "\${@:3}" --textfile "$work/$name.prom" || code=$?
  if [ -e "$work/$name.prom" ]; then
    # the guard names a store by its folder, the alerts by its registry
    if ! sed "s/registry=\\"[^\\"]*\\"/registry=\\"$name\\"/" "$work/$name.prom" >"$file.tmp" || ! mv "$file.tmp" "$file"; then
      # what is there is not true any more: that nothing is there is an alert
      rm -f "$file" "$file.tmp" || true
      code=3
    fi
  fi
  if [ "$code" -gt "$worst" ]; then worst=$code; fi
}

# A collection that the machine went down in never came to its end. Who runs this holds the lock: none is under way, but
# one may wait for it.
settle() {
  local step=${stateOf(host)}/gc-$1/step
  [ -e "$step" ] && [ "$(cat "$step")" != lock ] || return 0
  ${binOf(host)}/collect end "$@" || true
}

${[...collections, ...stores].join("\n")}
exit "$worst"
`,
	);
}
