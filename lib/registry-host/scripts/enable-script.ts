import { guardEnvFile } from "../guard-env-file";
import type { HostFile } from "../host-file";
import type { RegistryHost } from "../registry-host";
import { COMPOSE_UNIT, collectUnit } from "../unit-names";
import { bashScript, binOf } from "./script";

/** First enabling, and every later one: nothing starts while the old crontab lines run. */
export function enableScript(
	host: RegistryHost,
	timers: readonly string[],
): HostFile {
	const bin = binOf(host);
	const files = [
		host.guardFile,
		`${host.base}/docker-compose.yml`,
		...host.registries.flatMap(({ name, htpasswd, tls, loginFile }) => [
			...(htpasswd ? [htpasswd] : []),
			...[guardEnvFile(host, { name, htpasswd }) ?? []].flat(),
			...(tls ? [tls.certificate, tls.key] : []),
			...(loginFile ? [loginFile] : []),
		]),
	];
	return bashScript(
		`${bin}/enable`,
		[
			"enable [--dry-run] [--disable-old]: starts the registries and the timers of the bundle, now and at every boot.",
			"First it looks for crontab lines from before the bundle, lists them, and refuses to enable anything while they run;",
			"--disable-old comments them out (old-cron). Timers of registries that the bundle no longer has are taken away.",
			"Exit code: 0 enabled (dry run: nothing is in the way), 1 refused, 2 usage.",
		],
		`
units=/etc/systemd/system
timers=(${timers.join(" ")})
dry_run=no disable_old=no
for argument; do
  case $argument in
  --dry-run) dry_run=yes ;;
  --disable-old) disable_old=yes ;;
  *)
    echo "enable: got $argument, usage: enable [--dry-run] [--disable-old]" >&2
    exit 2
    ;;
  esac
done
say() { echo "enable: $*" >&2; }
refused=0

if [ "$disable_old" = yes ] && [ "$dry_run" = no ]; then
  "\${REGISTRY_ROOT-}${bin}/old-cron" --disable || refused=1
elif ! "\${REGISTRY_ROOT-}${bin}/old-cron"; then
  if [ "$disable_old" = yes ]; then
    say "these crontab lines would be commented out"
  else
    say "these crontab lines do what the timers do, and destroy images: enable --disable-old comments them out"
    refused=1
  fi
fi

for file in ${[...new Set(files)].join(" ")}; do
  if [ ! -e "\${REGISTRY_ROOT-}$file" ]; then
    say "$file is missing"
    refused=1
  fi
done

retired=()
for unit in "\${REGISTRY_ROOT-}$units"/${collectUnit("*")}.timer; do
  [ -e "$unit" ] || continue
  unit=\${unit##*/}
  case " \${timers[*]} " in
  *" $unit "*) ;;
  *) retired+=("$unit") ;;
  esac
done

if [ "$refused" -ne 0 ]; then
  say "nothing is enabled"
  exit 1
fi
if [ "$dry_run" = yes ]; then
  say "would enable ${COMPOSE_UNIT} \${timers[*]}"
  [ "\${#retired[@]}" -eq 0 ] || say "would take away \${retired[*]}"
  exit 0
fi
for timer in "\${retired[@]}"; do
  systemctl disable --now "$timer"
  rm -f "\${REGISTRY_ROOT-}$units/$timer" "\${REGISTRY_ROOT-}$units/\${timer%.timer}.service"
  say "$timer is taken away"
done
systemctl daemon-reload
systemctl enable --now ${COMPOSE_UNIT}
systemctl enable --now "\${timers[@]}"
say "enabled ${COMPOSE_UNIT} \${timers[*]}"
`,
	);
}
