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
			"the old blob fixer; --disable comments them out and keeps a copy of each file in /root/cron-backups.",
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

# old_lines FILE: number and text of those that do it themselves, or by a script that they name
old='^[[:space:]]*([^#[:space:]].*)?(${OLD})'
old_lines() {
  local number line path
  while IFS=: read -r number line; do
    if grep -qEi "$old" <<<"$line"; then
      echo "$number:$line"
      continue
    fi
    while read -r path; do
      # the bundle's own are what is to run instead
      case $path in ${binOf(host)}/*) continue ;; esac
      if [ -f "$root$path" ] && grep -qEiI "$old" "$root$path"; then
        echo "$number:$line"
        break
      fi
    done < <(grep -oE '/[A-Za-z0-9._/+@-]+' <<<"$line")
  done < <(grep -nE '^[[:space:]]*[^#[:space:]]' "$1")
}

backups=$root/root/cron-backups/$(date +%Y%m%d-%H%M%S)
left=0
for file in "$root"/var/spool/cron/crontabs/* "$root"/etc/crontab "$root"/etc/cron.d/*; do
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
exit "$left"
`,
	);
}
