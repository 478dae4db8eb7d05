import { dnsFiles } from "../dns-files";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf, stateOf } from "./script";

/** Puts the DNS files in place, proves that names are resolved, and puts the old ones back where they are not. */
export function dnsScript(host: RegistryHost): HostFile {
	const { internal, fallback, link, internalName, externalName } = host.dns;
	const files = dnsFiles(host.dns).map(({ path, text }) => ({
		path: path.slice("vm".length),
		text,
	}));
	const texts = files.map(
		({ path, text }) =>
			`  ${path}) cat <<'END_OF_FILE' ;;\n${text}END_OF_FILE\n`,
	);
	return bashScript(
		`${binOf(host)}/dns-apply`,
		[
			"dns-apply [--dry-run]: backs up, puts the DNS files in place, applies them and asks for an internal and an external",
			"name, the latter also with the first server unreachable; what fails is rolled back.",
			"Exit code: 0 applied, 1 rolled back, 2 nothing was begun, 4 the rollback failed too.",
			"REGISTRY_ROOT is put before every path, and NETPLAN, RESOLVECTL, DIG, IPTABLES, SYSTEMCTL name other programs: for",
			"trying it out.",
		],
		`
root=\${REGISTRY_ROOT-}
netplan=\${NETPLAN:-netplan} resolvectl=\${RESOLVECTL:-resolvectl} dig=\${DIG:-dig} iptables=\${IPTABLES:-iptables} systemctl=\${SYSTEMCTL:-systemctl}
files=(${files.map(({ path }) => path).join(" ")})
link=${link} internal=${internal} fallback=${fallback}
good=$root${stateOf(host)}/dns-good

text_of() {
  case $1 in
${texts.join("")}  esac
}

${BODY}
`
			.replaceAll("INTERNAL_NAME", internalName)
			.replaceAll("EXTERNAL_NAME", externalName),
	);
}

const BODY = String.raw`
# the connection that this was started through may be gone by now
say() { echo "dns-apply: $*" >&2 || true; }
differs() { [ ! -e "$root$1" ] || ! cmp -s <(text_of "$1") "$root$1"; }
apply() { "$netplan" apply && "$systemctl" restart systemd-resolved; }
put() {
  local mode=644 file
  for file in "\${files[@]}"; do
    # netplan warns of files that others can read
    case $file in /etc/netplan/*) mode=600 ;; *) mode=644 ;; esac
    mkdir -p "$(dirname "$1$file")"
    text_of "$file" >"$1$file.tmp"
    chmod "$mode" "$1$file.tmp"
    mv "$1$file.tmp" "$1$file"
  done
}

# answers NAME: within half a minute, for a server that is silent is waited for before the next is asked
answers() {
  local attempt
  for attempt in 1 2 3; do
    if "$dig" +short +time=5 +tries=2 "$1" 2>/dev/null | grep -v '^;' >/dev/null; then return; fi
    [ "$attempt" -eq 3 ] || sleep "\${DNS_PAUSE:-2}"
  done
  say "$1 is not resolved$2"
  return 1
}

# the IPv4 servers of the link, in their order, each once; routers announce others
servers() { "$resolvectl" dns "$link" | sed 's/^[^:]*://' | tr -s ' ' '\n' | awk 'NF && !/:/ && !seen[$0]++' | paste -s -d ' '; }

holds() {
  local got
  got=$(servers) || return 1
  if [ "$got" != "$internal $fallback" ]; then
    say "$link asks '$got', wanted '$internal $fallback': another file of /etc/netplan names servers too, take them out there"
    return 1
  fi
  answers INTERNAL_NAME "" && answers EXTERNAL_NAME "" && holds_without_first && answers INTERNAL_NAME " after that"
}

# A packet filter, not a blackhole route: resolved asks from the link, and for a socket that is bound to one the kernel takes
# an address behind such a route to be on the link (seen with resolved 252: it was answered all the same).
hole=(OUTPUT -d "$internal" -j DROP)
holds_without_first() {
  local answer=0
  "$iptables" -w -I "\${hole[@]}" || return 1
  # nor may it answer from memory
  "$resolvectl" flush-caches || return 1
  answers EXTERNAL_NAME " with $internal unreachable" || answer=1
  unhole
  # it stays with the server that answered last
  "$systemctl" restart systemd-resolved || return 1
  return "$answer"
}

# also what one that was killed has left
unhole() {
  for _ in 1 2 3; do "$iptables" -w -D "\${hole[@]}" 2>/dev/null || break; done
  ! "$iptables" -w -C "\${hole[@]}" 2>/dev/null || say "STILL UNREACHABLE: iptables -w -D \${hole[*]}"
}

roll_back() {
  local file
  say "rolling back"
  for file in "\${files[@]}"; do rm -f "$root$file"; done
  if [ "$placed" = no ]; then
    # resolv.conf is kept for people: nothing here changes it, and where it is mounted it cannot be replaced
    tar -xzf "$backup" -C "$root/" --exclude etc/resolv.conf || return 1
  elif [ -d "$good" ]; then
    # the new files lay here before this began: the last that were proved are the old ones
    cp -p -R "$good/." "$root/" || return 1
  fi
  apply
}

# whatever ends this before the new files are proved
undo=no
leave() {
  local code=$?
  trap - EXIT
  unhole
  [ "$undo" = yes ] || exit "$code"
  if roll_back; then
    say "rolled back: nothing is changed"
    exit 1
  fi
  say "NOT ROLLED BACK: the old files are in $backup"
  exit 4
}
trap leave EXIT
# a network that breaks takes the connection along, not this
trap '' HUP PIPE
trap 'exit 130' INT
trap 'exit 143' TERM

dry_run=no
case "$# \${1-}" in
'0 ') ;;
'1 --dry-run') dry_run=yes ;;
*)
  echo "dns-apply: got $*, usage: dns-apply [--dry-run]" >&2
  exit 2
  ;;
esac
for program in "$netplan" "$resolvectl" "$dig" "$iptables" "$systemctl"; do
  if ! command -v "$program" >/dev/null; then
    say "$program is missing"
    exit 2
  fi
done
placed=yes
for file in "\${files[@]}"; do
  if differs "$file"; then
    placed=no
    diff -u -N --label "a$file" --label "b$file" "$root$file" <(text_of "$file") 2>/dev/null || true
  fi
done
[ "$dry_run" = no ] || exit 0

backup=$root/root/dns-backups/dns-config-backup-$(date +%Y%m%d-%H%M%S).tar.gz
mkdir -p "$(dirname "$backup")"
saved=()
for path in etc/resolv.conf etc/systemd/resolved.conf etc/systemd/resolved.conf.d etc/netplan; do
  if [ -e "$root/$path" ] || [ -L "$root/$path" ]; then saved+=("$path"); fi
done
(umask 077 && tar -czf "$backup" -C "$root/" "\${saved[@]}")
say "the old files are in $backup"
undo=yes
unhole
put "$root"
"$netplan" generate \${root:+--root-dir "$root"}
apply
holds || exit 1
undo=no
rm -rf "$good"
put "$good"
say "applied: $link asks $internal, then $fallback"
`
	.replaceAll("\\$", "$")
	.trim();
