import { NODE_UID } from "../../pins";
import { type HostFile, vmFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf, stateOf } from "./script";

/** The guard in a container of its own: every other script runs it through this one. */
export function guardScript(host: RegistryHost): HostFile {
	const { guardImage, guardFile, compose, data } = host;
	const stores = host.registries
		.map((each) => each.data)
		.filter((path) => !path.startsWith(`${data}/`));
	const mounts = [data, ...stores].map((path) => `-v ${path}:${path}:$mode`);
	return bashScript(
		`${binOf(host)}/guard`,
		[
			"guard ARGUMENT...: the guard in its pinned image, paths as on this machine. It reads the stores, writes only below",
			"the state folder, sees the registries' network only to walk one, and never Docker's socket. GUARD_ENV_FILE names a",
			"file with REG_USER and REG_PASS, GUARD_NAME the container.",
		],
		`
mode=ro user=${NODE_UID}:${NODE_UID} network=none
for argument; do
  case $argument in
  --registry | --registry=*) network=${compose.network} ;;
  --fix-layer-links) mode=rw user=0:0 ;; # the registries write as root
  esac
done
for argument; do
  case $argument in
  --dry-run) mode=ro user=${NODE_UID}:${NODE_UID} ;;
  esac
done
options=()
if [ -n "\${GUARD_ENV_FILE-}" ]; then options+=(--env-file="$GUARD_ENV_FILE"); fi
if [ -n "\${GUARD_NAME-}" ]; then options+=(--name="$GUARD_NAME"); fi
# a scan has two threads: the registries come first
exec docker run --rm --init --cpu-shares=128 --network="$network" --user="$user" --read-only --cap-drop=ALL \\
  --security-opt=no-new-privileges --env=REGISTRY_PLAIN_HTTP=true "\${options[@]}" \\
  -v ${guardFile}:${guardFile}:ro ${mounts.join(" ")} -v ${stateOf(host)}:${stateOf(host)} \\
  ${guardImage} node ${guardFile} "$@"
`,
	);
}

/** The old name of the layer-link repair. */
export function fixBrokenBlobs(host: RegistryHost): HostFile {
	return vmFile(
		`${host.base}/fix-broken-blobs.sh`,
		`#!/bin/sh\nexec ${binOf(host)}/guard scan --fix-layer-links "$@"\n`,
		0o755,
	);
}
