import { GC_METRICS } from "../../guard/contract";
import { NODE_UID } from "../../pins";
import { guardEnvFile } from "../guard-env-file";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { COLLECT_MEMORY } from "./collect-memory";
import { metricLines } from "./metric-lines";
import { bashScript, binOf, stateOf } from "./script";

/** Config of a registry, as it sees it. */
const CONFIG = "/etc/docker/registry/config.yml";
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
		[settings(host), HELPERS, COLLECT_MEMORY, STEPS, end(), ACTIONS]
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
collection=registry-gc-$name
export GUARD_NAME=registry-gate-$name
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
registry() { compose run --rm --no-deps -T --name="$collection" "$service" garbage-collect "$@" ${CONFIG} </dev/null; }
blobs() { find "$store/docker/registry/v2/blobs" -mindepth 3 -maxdepth 3 -type d | wc -l; }
bytes() { du -s --block-size=1 "$store/docker/registry/v2/blobs" | cut -f 1; }
# blobs behind the layer links that are not by sha256: the registry stores all by that, and a collection looks for the others in vain
other_layers() {
  find "$store/docker/registry/v2/repositories" \\( -name _manifests -o -name _uploads -o -path '*/_layers/sha256' \\) -prune \\
    -o -path '*/_layers/*' -name link -type f -exec awk 1 {} +
}
`;

const STEPS = `
begin() {
  mkdir -p "$work"
  # the guard writes its state as another user
  [ "$(id -u)" -ne 0 ] || chown ${NODE_UID}:${NODE_UID} "$work"
  # an earlier one comes to its end first: run does that, which has the lock
  if unsettled; then return; fi
  rm -f "$work/deleted" "$work/reclaimed"
  at lock
}

steps() {
  at old-cron
  "$bin/old-cron" >&2 || fail "old crontab lines collect beside this: $bin/enable --disable-old comments them out"
  at store
  if [ ! -d "$store/docker/registry/v2/blobs" ]; then
    # an earlier collection had a store to look at
    [ ! -e "$work/reports" ] || fail "nothing is in $store any more: is its disk mounted?"
    say "nothing is stored yet"
    at collected
    return
  fi
  report_folder

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
  taken=$(comm -12 <(sed -n 's/^blob eligible for deletion: //p' "$reports/dry-run.txt" | sort) <(other_layers | sort -u))
  [ -z "$taken" ] || fail "it would delete layers that were pushed by another digest than sha256, and that it does not know by that: \${taken//$'\\n'/ }"

  at collect
  blobs_before=$(blobs) bytes_before=$(bytes)
  registry >"$reports/run.txt" 2>&1 || {
    tail -n 5 "$reports/run.txt" >&2
    fail "the collection failed"
  }
  note deleted $((blobs_before - $(blobs)))
  note reclaimed $((bytes_before - $(bytes)))

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
    if compose start "$service" || compose up -d --no-deps "$service"; then
      lives
      return
    fi
    say "could not be started, attempt $attempt of 3"
    [ "$attempt" -eq 3 ] || sleep "$attempt"
  done
  return 1
}

# Within two minutes, as far as Docker can say: no cache comes up while its upstream is down.
lives() {
  local state=''
  for _ in {1..60}; do
    state=$(docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' "$service" 2>/dev/null) || return 0
    case $state in
    *starting* | *exited* | *unhealthy*) sleep "\${COLLECT_PAUSE:-2}" ;;
    *) return 0 ;;
    esac
  done
  say "$service is $state"
  return 1
}

# What a killed client has started goes on without it: a collection must not beside the registry, nor may a gate that was
# given up still write its STATE.
halt() {
  local attempt
  for attempt in 1 2 3; do
    docker rm -f "$collection" "$GUARD_NAME" >/dev/null 2>&1 || true
    [ "$(docker inspect --format '{{.State.Running}}' "$collection" 2>/dev/null)" = true ] || return 0
    [ "$attempt" -eq 3 ] || sleep "$attempt"
  done
  return 1
}

# record FAILED-STEP: what happened, as metrics; none failed where it is empty
record() {
  local step=$1 success=1 one=1 now last deleted reclaimed text
  now=$(date +%s)
  deleted=$(recall deleted) reclaimed=$(recall reclaimed)
  if [ -n "$step" ]; then success=0; else note last-success "$now" || true; fi
  last=$(recall last-success)
  text=$(
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
  )
  if note run.prom "$text"; then publish; else withdraw; fi
}

end() {
  local failed='' code=0 recorded=yes reports='' again="$bin/collect end $name $store \${gate[*]:0:\${#gate[@]}-2}"
  if ! halt; then
    record collect || true
    fail "$collection GOES ON and cannot be ended: the registry is not started beside it; once it is gone: $again"
  fi
  # a machine that goes down is not kept waiting for an hour: what is open stays so, and says so
  if is_open && [ "$(systemctl is-system-running 2>/dev/null)" = stopping ]; then
    fail "the machine goes down; the next scan looks at what this one left, or sooner: $again"
  fi
  if [ ! -e "$work/step" ]; then
    start || fail "CANNOT BE STARTED, it may not serve"
    return
  fi
  failed=$(cat "$work/step")
  # a disk that is full leaves the file empty
  failed=\${failed:-unknown}
  [ "$failed" != collected ] || failed=''
  # Docker stops it to the end also for a client that is gone, and calls it running until then
  [ "$failed" != stop ] || compose stop "$service" || true
  if ! start; then
    record "\${failed:-start}" || true
    fail "CANNOT BE STARTED, it may not serve; the gate stays open"
  fi
  if is_open; then
    [ ! -e "$work/reports" ] || reports=$(cat "$work/reports")
    [ -d "$reports" ] || report_folder
    rm -f "$reports/close.json"
    "$bin/guard" gate close "$work/gate.json" --base "$store" "\${gate[@]}" --deadline ${GATE_DEADLINE} \\
      --textfile "$work/gate.prom" --report "$reports/close.json" >&2 || code=$?
    # Docker's own failures have the same codes as the guard's findings
    if [ "$code" -ne 0 ] && [ ! -e "$reports/close.json" ]; then code=3; fi
    if [ "$code" -gt 1 ]; then
      record "\${failed:-gate-close}" || true
      fail "could not be looked at again; once it can be: $again"
    fi
    if [ "$code" -ne 0 ]; then
      failed=\${failed:-gate-close}
      echo "$failed" >"$work/step" || true
    fi
    [ ! -e "$work/gate.json" ] || mv "$work/gate.json" "$reports/state.json"
  fi
  record "$failed" || recorded=no
  # who comes next says it, where it could not be said now
  [ "$recorded" = no ] || rm -f "$work/step"
  if [ "$code" -ne 0 ]; then
    if grep -qs '^${GC_METRICS.lost.name}.* 0$' "$work/gate.prom"; then
      fail "nothing is lost, and what came in before it was stopped is not whole; both reports are in $reports"
    fi
    fail "LOST: what was whole before is not whole now; both reports are in $reports"
  fi
  [ -z "$failed" ] || fail "failed at $failed; the registry is started again"
  [ "$recorded" = yes ] || fail "collected, and nobody can be told"
  say "done"
}
`;
}

const ACTIONS = `
case $action in
begin)
  # what cannot even be begun leaves no old success behind
  set -E
  trap 'withdraw || true' ERR
  begin
  ;;
run)
  if unsettled; then
    say "the last collection did not come to its end: that first"
    "$bin/collect" end "\${@:2}" || exit 1
  fi
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
