import { GC_METRICS } from "../../guard/contract";
import { NODE_UID } from "../../pins";
import { guardEnvFile } from "../guard-env-file";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { metricLines } from "./metric-lines";
import { bashScript, binOf, stateOf } from "./script";

/** Config of a registry, as it sees it. */
const CONFIG = "/etc/docker/registry/config.yml";
/** Reports of so many collections are kept. */
const KEPT = 10;
/** The looks of the gate, each. */
const GATE_DEADLINE = "60m";

/**
 * The safe collection of one registry: nothing is deleted unless everything is whole, the registry is stopped, and a dry
 * run was understood; whatever happens the registry is started again, and what was whole is looked at again.
 */
export function collectScript(host: RegistryHost): HostFile {
	return bashScript(
		`${binOf(host)}/collect`,
		[
			"collect begin|run|end NAME STORE GATE...: safe collection of one registry, GATE being --cache or --registry URL.",
			"begin says that a collection is due; run needs the lock; end starts the registry again, looks again and writes",
			"the metrics, unless run has done so already. After a failure to look, end can be run again by hand.",
			"Exit code: 0 only if everything went well and nothing was lost.",
		],
		[settings(host), HELPERS, STEPS, end(), ACTIONS]
			.map((part) => part.trim())
			.join("\n\n"),
	);
}

function settings(host: RegistryHost): string {
	const secrets = host.registries.flatMap((registry) => {
		const file = guardEnvFile(host, registry);
		return file ? [`${registry.name}) export GUARD_ENV_FILE=${file} ;;`] : [];
	});
	const credentials =
		secrets.length > 0 ? `case $name in\n${secrets.join("\n")}\nesac\n` : "";
	return `base=${host.base}
bin=${binOf(host)}
textfiles=${host.textfileFolder}
usage() {
  echo "usage: collect begin|run|end NAME STORE --cache|--registry URL" >&2
  exit 2
}
[ $# -ge 4 ] || usage
action=$1 name=$2 store=$3
gate=("\${@:4}" --instance "$name")
service=registry-$name
work=${stateOf(host)}/gc-$name
${credentials}umask 022`;
}

const HELPERS = `
say() { echo "collect $name: $*" >&2; }
fail() {
  say "$*"
  exit 1
}
at() {
  echo "$1" >"$work/step"
  say "$1"
}
compose() { docker compose -f "$base/docker-compose.yml" "$@"; }
registry() { compose run --rm --no-deps -T --name="registry-gc-$name" "$service" garbage-collect "$@" ${CONFIG} </dev/null; }
blobs() { find "$store/docker/registry/v2/blobs" -mindepth 3 -maxdepth 3 -type d | wc -l; }
bytes() { du -s --block-size=1 "$store/docker/registry/v2/blobs" | cut -f 1; }
recall() { cat "$work/$1" 2>/dev/null || echo 0; }

# one file for node_exporter, replaced in one step: the gate's share and the one of this script
publish() {
  mkdir -p "$textfiles"
  cat "$work/gate.prom" "$work/run.prom" 2>/dev/null >"$textfiles/registry_guard_gc_$name.prom.tmp" || true
  mv "$textfiles/registry_guard_gc_$name.prom.tmp" "$textfiles/registry_guard_gc_$name.prom"
}
`;

const STEPS = `
begin() {
  mkdir -p "$work"
  # the guard writes its state as another user
  [ "$(id -u)" -ne 0 ] || chown ${NODE_UID}:${NODE_UID} "$work"
  rm -f "$work/deleted" "$work/reclaimed"
  at lock
}

steps() {
  at old-cron
  "$bin/old-cron" >&2 || fail "old crontab lines collect beside this: $bin/enable --disable-old comments them out"
  if [ ! -d "$store/docker/registry/v2/blobs" ]; then
    say "nothing is stored yet"
    at collected
    return
  fi
  reports=$work/$(date -u +%Y%m%dT%H%M%SZ)
  mkdir -p "$reports"
  [ "$(id -u)" -ne 0 ] || chown ${NODE_UID}:${NODE_UID} "$reports"
  echo "$reports" >"$work/reports"
  find "$work" -mindepth 1 -maxdepth 1 -type d | sort | head -n -${KEPT} | xargs -r rm -r

  at gate-open
  "$bin/guard" gate open "$work/gate.json" --base "$store" "\${gate[@]}" --deadline ${GATE_DEADLINE} \\
    --textfile "$work/gate.prom" --report "$reports/open.json" >&2 || fail "the gate stays shut: nothing is collected"
  publish

  at stop
  compose stop "$service"

  at dry-run
  registry --dry-run >"$reports/dry-run.txt" 2>&1 || {
    tail -n 5 "$reports/dry-run.txt" >&2
    fail "the dry run failed"
  }
  eligible=$(grep -c '^blob eligible for deletion: ' "$reports/dry-run.txt" || true)
  # a plain collection keeps every manifest; a summary that reads otherwise is one that nobody here understands
  grep -Eqx "[0-9]+ blobs marked, $eligible blobs and 0 manifests eligible for deletion" "$reports/dry-run.txt" ||
    fail "the dry run lists $eligible blobs and its summary does not say the same of blobs, and of manifests 0"

  at collect
  blobs_before=$(blobs) bytes_before=$(bytes)
  registry >"$reports/run.txt" 2>&1 || {
    tail -n 5 "$reports/run.txt" >&2
    fail "the collection failed"
  }
  echo $((blobs_before - $(blobs))) >"$work/deleted"
  echo $((bytes_before - $(bytes))) >"$work/reclaimed"

  at count
  [ "$(recall deleted)" -eq "$eligible" ] || fail "the dry run listed $eligible blobs, $(recall deleted) were deleted"
  say "$eligible blobs deleted, $(recall reclaimed) bytes of disk given back"
  at collected
}
`;

function end(): string {
	return `
start() {
  local attempt
  for attempt in 1 2 3; do
    if compose start "$service" || compose up -d --no-deps "$service"; then return; fi
    say "could not be started, attempt $attempt of 3"
    [ "$attempt" -eq 3 ] || sleep "$attempt"
  done
  return 1
}

# a collection whose client was killed may go on without it, and must not beside the registry
halt() { docker rm -f "registry-gc-$name" >/dev/null 2>&1 || true; }

# record FAILED-STEP: what happened, as metrics; none failed where it is empty
record() {
  local step=$1 success=1 one=1 now last deleted reclaimed
  now=$(date +%s)
  deleted=$(recall deleted) reclaimed=$(recall reclaimed)
  if [ -n "$step" ]; then success=0; else echo "$now" >"$work/last-success"; fi
  last=$(recall last-success)
  {
${metricLines(GC_METRICS.success, "success", "    ")}
${metricLines(GC_METRICS.lastRun, "now", "    ")}
${metricLines(GC_METRICS.deletedBlobs, "deleted", "    ")}
${metricLines(GC_METRICS.reclaimedBytes, "reclaimed", "    ")}
    if [ "$last" -gt 0 ]; then
${metricLines(GC_METRICS.lastSuccess, "last", "      ")}
    fi
    if [ -n "$step" ]; then
${metricLines(GC_METRICS.failedStep, "one", "      ")}
    fi
  } >"$work/run.prom"
  publish
}

end() {
  local failed='' code=0 reports
  halt
  if [ ! -e "$work/step" ]; then
    start || fail "CANNOT BE STARTED, it may not serve"
    return
  fi
  failed=$(cat "$work/step")
  # a disk that is full leaves the file empty
  failed=\${failed:-unknown}
  [ "$failed" != collected ] || failed=''
  if ! start; then
    record "\${failed:-start}"
    fail "CANNOT BE STARTED, it may not serve; the gate stays open"
  fi
  if [ -e "$work/gate.json" ]; then
    reports=$(cat "$work/reports")
    rm -f "$reports/close.json"
    "$bin/guard" gate close "$work/gate.json" --base "$store" "\${gate[@]}" --deadline ${GATE_DEADLINE} \\
      --textfile "$work/gate.prom" --report "$reports/close.json" >&2 || code=$?
    # Docker's own failures have the same codes as the guard's findings
    if [ "$code" -ne 0 ] && [ ! -e "$reports/close.json" ]; then code=3; fi
    if [ "$code" -gt 1 ]; then
      record "\${failed:-gate-close}"
      fail "could not be looked at again; once it can be: $bin/collect end $name $store \${gate[*]:0:\${#gate[@]}-2}"
    fi
    [ "$code" -eq 0 ] || failed=\${failed:-gate-close}
    mv "$work/gate.json" "$reports/state.json"
  fi
  record "$failed"
  rm -f "$work/step"
  if [ "$code" -ne 0 ]; then fail "LOST: what was whole before is not whole now; both reports are in $reports"; fi
  [ -z "$failed" ] || fail "failed at $failed; the registry is started again"
  say "done"
}
`;
}

const ACTIONS = `
case $action in
begin) begin ;;
run)
  [ -e "$work/step" ] || begin
  # a process of its own: a step that fails ends the steps and nothing else
  "$bin/collect" steps "\${@:2}" || true
  end
  ;;
steps) steps ;;
end) end ;;
*) usage ;;
esac
`;
