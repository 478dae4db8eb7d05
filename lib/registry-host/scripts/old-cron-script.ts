import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { bashScript, binOf } from "./script";

/**
 * What must not run beside the timers: any collection (not only `-m`), what deletes tags or their folders, the old blob
 * fixer. An extended regular expression, as grep reads it.
 */
const OLD = [
	"garbage-collect",
	"cleanup-tags",
	"fix-broken-blobs",
	"rmtree",
	"\\b(rm|unlink|delete)[ (].*(_manifests|registry/v2)",
	"(_manifests|registry/v2).*[ -](rm|unlink|delete)\\b",
].join("|");

/** Finds crontab lines from before the bundle, and comments them out when told to. */
export function oldCronScript(host: RegistryHost): HostFile {
	return bashScript(
		`${binOf(host)}/old-cron`,
		[
			"old-cron [--disable]: lists the lines of crontabs, /etc/crontab and /etc/cron.d that collect, delete tags or run",
			"the old blob fixer, themselves or by scripts; --disable comments them out and keeps a copy of each file in",
			"/root/cron-backups. Scripts of cron.daily and the like, and timers that do the same, are for you to take away.",
			"Exit code: 0 none is left, 1 some are, 2 usage. REGISTRY_ROOT is put before every path, for trying it out.",
		],
		`
root=\${REGISTRY_ROOT-}
disable=no
case \${1-} in
'') ;;
--disable) disable=yes ;;
*)
  echo "old-cron: got $1, usage: old-cron [--disable]" >&2
  exit 2
  ;;
esac

old='^[[:space:]]*([^#[:space:]].*)?(${OLD})'

# runs_old TEXT HOME DEPTH: whether lines do it themselves, or by scripts that they name
runs_old() {
  local text=$1 home=$2 depth=$3 word path part paths
  if grep -qEi "$old" <<<"$text"; then return 0; fi
  [ "$depth" -gt 0 ] || return 1
  # where a name without a folder may lie: at home, where the lines go first, where a machine has its own programs
  local -a folders=("$home" /usr/local/bin /usr/local/sbin)
  while read -r path; do
    at_home "\${path#cd }" "$home"
    folders+=("$REPLY")
  done < <(grep -oE '\\bcd +[^ ;&|]+' <<<"$text" | tr -s ' ')
  while read -r word; do
    at_home "$word" "$home"
    word=$REPLY
    case $word in
    # the bundle's own are what is to run instead, the distribution's know nothing of registries, and what lies in
    # cron.daily is told for itself: the line that runs all of it stays
    ${binOf(host)}/* | /etc/cron.* | /usr/[!l]* | /usr/lib* | /bin/* | /sbin/* | /lib* | -*) continue ;;
    /*) paths=("$root$word") ;;
    *) paths=("\${folders[@]/#/$root}") && paths=("\${paths[@]/%//\${word#./}}") ;;
    esac
    for path in "\${paths[@]}"; do
      if [ -d "$path" ] && [[ $word == /* && $text == *run-parts* ]]; then
        for part in "$path"/*; do if script_runs_old "$part" "$home" "$depth"; then return 0; fi; done
      elif script_runs_old "$path" "$home" "$depth"; then
        return 0
      fi
    done
  done < <(grep -oE '[A-Za-z0-9._/+@~{}$-]+' <<<"$text" | sort -u)
  return 1
}
script_runs_old() {
  [ -f "$1" ] && [ "$(stat -L -c %s "$1")" -lt 65536 ] && runs_old "$(grep -vEI '^[[:space:]]*(#|$)' "$1")" "$2" $(($3 - 1))
}
# at_home WORD HOME: as the shell that reads it would say it
at_home() {
  REPLY=\${1/#\\~/$2}
  REPLY=\${REPLY/#\\$HOME/$2}
  REPLY=\${REPLY/#\\$\\{HOME\\}/$2}
}
home_of() { awk -F: -v user="$1" '$1 == user { print $6 }' "$root/etc/passwd" 2>/dev/null || true; }

# old_lines FILE: number and text of those that do it
old_lines() {
  local number line user home words
  while IFS=: read -r number line; do
    read -ra words <<<"$line"
    case $1 in
    */crontabs/*) user=\${1##*/} ;;
    *) if [[ $line == *([[:space:]])@* ]]; then user=\${words[1]-}; else user=\${words[5]-}; fi ;;
    esac
    home=$(home_of "$user")
    if runs_old "$line" "\${home:-/root}" 3; then echo "$number:$line"; fi
  done < <(grep -nE '^[[:space:]]*[^#[:space:]]' "$1")
}

backups=$root/root/cron-backups/$(date +%Y%m%d-%H%M%S)
left=0
for file in "$root"/var/spool/cron/crontabs/* "$root"/etc/{crontab,anacrontab} "$root"/etc/cron.d/*; do
  [ -f "$file" ] || continue
  lines=$(old_lines "$file")
  [ -n "$lines" ] || continue
  while read -r line; do echo "$file:$line"; done <<<"$lines"
  if [ "$disable" = no ]; then
    left=1
    continue
  fi
  mkdir -p "$backups\${file%/*}"
  cp -p "$file" "$backups$file"
  # beside it and hidden, so that cron reads neither; the same owner and mode, and the folder's time changes, which cron sees
  changed=\${file%/*}/.\${file##*/}.registry
  cp -p "$file" "$changed"
  while IFS=: read -r number _; do
    sed -i "\${number}s/^/# disabled, the bundle's timers do this: /" "$changed"
  done <<<"$lines"
  mv "$changed" "$file"
  echo "$file: commented out, the old one is $backups$file" >&2
done
for file in "$root"/etc/cron.{hourly,daily,weekly,monthly}/*; do
  [ -f "$file" ] || continue
  lines=$(old_lines "$file")
  [ -n "$lines" ] || continue
  while read -r line; do echo "$file:$line"; done <<<"$lines"
  # a script that lacks a line is another script
  echo "$file: a script, take it away by hand" >&2
  left=1
done
# timers from before the bundle, as far as they are enabled
for timer in "$root"/etc/systemd/system/timers.target.wants/*.timer; do
  timer=\${timer##*/}
  service=$root/etc/systemd/system/\${timer%.timer}.service
  [ -f "$service" ] || continue
  if runs_old "$(sed -n 's/^Exec[A-Za-z]*=[-@:+!]*//p' "$service")" /root 3; then
    echo "$service"
    echo "$timer: a timer, systemctl disable --now $timer" >&2
    left=1
  fi
done
exit "$left"
`,
	);
}
