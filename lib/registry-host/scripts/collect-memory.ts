import { GC_METRICS } from "../../guard/contract";
import { NODE_UID } from "../../pins";

/** Reports of so many collections are kept. */
const KEPT = 10;

/** Lines of bash: what a collection writes down for the ones that come after it, and for node_exporter. */
export const COLLECT_MEMORY = `
# note FILE TEXT: on a full disk what was there before stays
note() { printf '%s\\n' "$2" >"$work/$1.tmp" && mv "$work/$1.tmp" "$work/$1"; }
# recall FILE: a number that was noted, 0 where none is
recall() {
  local text=''
  [ ! -e "$work/$1" ] || text=$(cat "$work/$1")
  [[ $text =~ ^-?[0-9]+$ ]] || text=0
  echo "$text"
}

# the folder of this collection's reports, by the clock; one that jumped must not take this very one away
report_folder() {
  reports=$work/$(date -u +%Y%m%dT%H%M%SZ)
  mkdir -p "$reports"
  [ "$(id -u)" -ne 0 ] || chown ${NODE_UID}:${NODE_UID} "$reports"
  note reports "$reports"
  find "$work" -mindepth 1 -maxdepth 1 -type d ! -path "$reports" | sort | head -n -${KEPT - 1} | xargs -r rm -r
}

shares() (
  for part in gate run; do
    [ ! -e "$work/$part.prom" ] || cat "$work/$part.prom" || exit 1
  done
)

# one file for node_exporter, replaced in one step: the gate's share and the one of this script
publish() {
  local file=$textfiles/registry_guard_gc_$name.prom
  if mkdir -p "$textfiles" && shares >"$file.tmp" && mv "$file.tmp" "$file"; then return; fi
  withdraw
}

# What node_exporter has is not true any more: that nothing is there is an alert, an old success is none. But that the gate
# is open stays true, and says more.
withdraw() {
  local file=$textfiles/registry_guard_gc_$name.prom
  say "the metrics cannot be written to $textfiles"
  rm -f "$file.tmp" || true
  if is_open && says_open "$file"; then return 1; fi
  rm -f "$file" || true
  return 1
}

# a collection that nobody has brought to its end; one that waits for the lock has not begun
unsettled() { [ -e "$work/step" ] && [ "$(cat "$work/step")" != lock ]; }
# the gate, as its STATE says, or its metrics where the guard was killed in between
is_open() { [ -e "$work/gate.json" ] || says_open "$work/gate.prom"; }
says_open() { grep -qs '^${GC_METRICS.openSince.name}.* [1-9]' "$1"; }
`;
