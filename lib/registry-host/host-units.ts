import { collectArguments } from "./collect-arguments";
import { GENERATED, type HostFile, vmFile } from "./host-file";
import type { HostRegistry } from "./host-registry";
import type { RegistryHost } from "./registry-host";
import { binOf } from "./scripts/script";
import {
	BUNDLE_UNIT,
	COMPOSE_UNIT,
	collectUnit,
	SCAN_UNIT,
} from "./unit-names";

const NETWORK = ["Wants=network-online.target"];
/** The command line of Docker looks for its own settings there, and systemd sets none. */
const HOME = "Environment=HOME=/root";

/** systemd units and timers of the VM. */
export function hostUnits(host: RegistryHost): readonly HostFile[] {
	const bin = binOf(host);
	return [
		composeUnit(host),
		...timed(SCAN_UNIT, "Disk scan of every registry", {
			calendar: `*-*-* ${host.scanAt}:00`,
			service: [
				`ExecStart=${locked(host, `${bin}/scan`)}`,
				"TimeoutStartSec=6h",
			],
		}),
		...timed(BUNDLE_UNIT, "Whether the bundle's files are as rendered", {
			calendar: "*:0/15",
			service: [`ExecStart=${bin}/bundle-matches`, "TimeoutStartSec=5min"],
		}),
		...host.registries.flatMap((registry) => collection(host, registry)),
	];
}

/** Names of the timers, as `systemctl enable` takes them. */
export function hostTimers(host: RegistryHost): readonly string[] {
	return hostUnits(host)
		.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))
		.filter((name) => name.endsWith(".timer"));
}

/** Waits for the lock and never skips: two that work on the stores at the same time lose images. */
function locked(
	{ lockFile, lockSeconds }: RegistryHost,
	command: string,
): string {
	return `/usr/bin/flock -w ${lockSeconds} ${lockFile} ${command}`;
}

function composeUnit({ base, composeSeconds }: RegistryHost): HostFile {
	return unitFile(COMPOSE_UNIT, {
		Unit: [
			"Description=The registries of this machine",
			"Requires=docker.service",
			"After=docker.service network-online.target",
			...NETWORK,
		],
		Service: [
			"Type=oneshot",
			"RemainAfterExit=yes",
			`WorkingDirectory=${base}`,
			HOME,
			recovery(base),
			"ExecStart=docker compose up -d --remove-orphans",
			"ExecStop=docker compose down",
			`TimeoutStartSec=${composeSeconds}`,
			`TimeoutStopSec=${composeSeconds}`,
		],
		Install: ["WantedBy=multi-user.target"],
	});
}

/** A config sync that the machine went down in: what it keeps for the way back puts the old state back before anything starts. */
function recovery(base: string): string {
	const undo = `${base}/.sync/undo`;
	const settings = `base=${base.slice(1)} lock_wait=60 health=60 part=recover`;
	return `ExecStartPre=-/bin/sh -c 'test ! -e ${undo}/run || exec /bin/bash ${undo}/run ${undo} ${settings}'`;
}

function collection(
	host: RegistryHost,
	registry: HostRegistry,
): readonly HostFile[] {
	const { name, service, collectAt } = registry;
	if (collectAt === false) return [];
	const collect = (action: string) =>
		`${binOf(host)}/collect ${action} ${collectArguments(registry)}`;
	return timed(collectUnit(name), `Safe collection of ${service}`, {
		calendar: `${host.collectOn} *-*-* ${collectAt}:00`,
		// Its container has the registry's address: who takes all of them down and up again beside it is refused that
		// address, and has no nginx either (seen with Docker 20.10). So it comes to its end first.
		unit: [`PartOf=${COMPOSE_UNIT}`],
		service: [
			`ExecStartPre=${collect("begin")}`,
			`ExecStart=${locked(host, collect("run"))}`,
			// also after a failure, a signal and a timeout: the registry is started again
			`ExecStopPost=${collect("end")}`,
			"TimeoutStartSec=12h",
			"TimeoutStopSec=3h",
		],
	});
}

/** A oneshot service and the timer that starts it. */
function timed(
	name: string,
	description: string,
	{
		calendar,
		service,
		unit = [],
	}: {
		readonly calendar: string;
		readonly service: readonly string[];
		readonly unit?: readonly string[];
	},
): readonly HostFile[] {
	return [
		unitFile(`${name}.service`, {
			Unit: [
				`Description=${description}`,
				`After=docker.service ${COMPOSE_UNIT} network-online.target`,
				...NETWORK,
				...unit,
			],
			Service: ["Type=oneshot", HOME, ...service],
		}),
		unitFile(`${name}.timer`, {
			Unit: [`Description=${description}`],
			Timer: [
				`OnCalendar=${calendar}`,
				// a machine that was down does it when it is up again
				"Persistent=true",
			],
			Install: ["WantedBy=timers.target"],
		}),
	];
}

function unitFile(
	name: string,
	sections: Readonly<Record<string, readonly string[]>>,
): HostFile {
	const text = Object.entries(sections)
		.map(([section, lines]) => `[${section}]\n${lines.join("\n")}\n`)
		.join("\n");
	return vmFile(`/etc/systemd/system/${name}`, `# ${GENERATED}\n\n${text}`);
}
