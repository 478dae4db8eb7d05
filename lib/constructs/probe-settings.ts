import { parseSchedule } from "../alerts/schedule";
import { DEFAULT_SCHEDULE } from "../alerts/watch";
import { PROBE_MODES, type ProbeMode } from "../guard/contract";
import { assertPinned, imageOf, PINS } from "../pins";
import type { Registry } from "../registry";
import { parseDuration } from "./duration";
import { literal } from "./literal";
import type { IntegrityProbeProps, Resources } from "./probe-props";

/** A probe with every default resolved and every contradiction refused. */
export interface ProbeSettings {
	readonly registry: Registry;
	readonly pushgatewayUrl: string;
	/** undefined: anonymous. */
	readonly secretName: string | undefined;
	readonly schedule: string;
	readonly timezone: string | undefined;
	/** Seconds between two firings, if they are always the same. */
	readonly period: number | undefined;
	/** As the guard reads it. */
	readonly deadline: string;
	readonly activeDeadlineSeconds: number;
	readonly startingDeadlineSeconds: number;
	readonly mode: ProbeMode | undefined;
	readonly fullRotation: number;
	readonly tagsPerRepo: number;
	readonly concurrency: number | undefined;
	readonly minRepositories: number | undefined;
	readonly shards: number;
	readonly inUse: boolean;
	readonly image: string;
	readonly resources: Resources;
	readonly tier: string | undefined;
}

/** A CronJob's name becomes a Job's name with 11 characters more (kubernetes validates 52). */
const CRON_JOB_NAME_LIMIT = 52;
/** The CronJob controller looks every 10 seconds; a shorter starting deadline may miss every run. */
const STARTING_DEADLINE_MIN = 10;

/** The guard refuses more: better here than in a pod. */
const MOST = 1_000_000;
const MOST_SHARDS = 10_000;
const MOST_CONCURRENCY = 256;

/** Seconds beyond the guard's own deadline: for the image pull before and the publishing after it. */
const GRACE = 600;

const RESOURCES: Resources = {
	requests: { cpu: "50m", memory: "64Mi" },
	limits: { cpu: "1", memory: "256Mi" },
};

/** @throws Error naming the prop, what it got and what it wanted. */
export function resolveProbe(props: IntegrityProbeProps): ProbeSettings {
	const { registry, schedule = DEFAULT_SCHEDULE, shards = 1 } = props;
	const { fullRotation = 672, tagsPerRepo = 0, inUse = false } = props;
	const { shortestGap: gap, isEven } = parseSchedule(schedule, props.timezone);

	const deadline = props.deadline ?? defaultDeadline(gap);
	const deadlineSeconds = parseDuration(deadline, "deadline");
	const activeDeadlineSeconds = props.activeDeadline
		? parseDuration(props.activeDeadline, "activeDeadline")
		: deadlineSeconds +
			Math.min(GRACE, Math.floor((gap - deadlineSeconds) / 2));
	const { startingDeadline = "5m" } = props;
	const startingDeadlineSeconds = parseDuration(
		startingDeadline,
		"startingDeadline",
	);

	must(
		registry.kind !== "pull-through",
		"registry.kind",
		registry.kind,
		"a registry of its own: walking a cache by its API spends the upstream's quota and hides local loss",
	);
	must(
		registry.probeName.length <= CRON_JOB_NAME_LIMIT,
		"registry.name",
		registry.name,
		`at most ${CRON_JOB_NAME_LIMIT - "-integrity-probe".length} characters, for a CronJob's name`,
	);
	must(
		deadlineSeconds < activeDeadlineSeconds && activeDeadlineSeconds < gap,
		"activeDeadline",
		`deadline ${deadlineSeconds}s, activeDeadline ${activeDeadlineSeconds}s, schedule ${gap}s`,
		"deadline < activeDeadline < schedule",
	);
	must(
		startingDeadlineSeconds >= STARTING_DEADLINE_MIN,
		"startingDeadline",
		startingDeadline,
		`at least ${STARTING_DEADLINE_MIN}s`,
	);
	for (const [prop, value] of Object.entries({ fullRotation, tagsPerRepo })) {
		wholeNumber(prop, value, 0, MOST);
		must(
			value === 0 || isEven,
			prop,
			value,
			`0 on a schedule with unequal gaps (${schedule}): a rotation counts windows of one length`,
		);
	}
	wholeNumber("shards", shards, 1, MOST_SHARDS);
	wholeNumber("concurrency", props.concurrency, 1, MOST_CONCURRENCY);
	wholeNumber("minRepositories", props.minRepositories, 0, MOST);
	must(
		!inUse || props.networkPolicy === false || props.apiServer !== undefined,
		"apiServer",
		props.apiServer,
		"{cidr, port} of the API server's endpoint: inUse asks it, and the NetworkPolicy has to let it",
	);
	must(
		props.mode === undefined || PROBE_MODES.includes(props.mode),
		"mode",
		props.mode,
		`one of ${PROBE_MODES.join(", ")}`,
	);

	return {
		registry,
		pushgatewayUrl: props.pushgateway.url,
		secretName:
			props.secretName ?? (registry.vault ? registry.secretName : undefined),
		schedule: literal(schedule, "schedule"),
		timezone: props.timezone,
		period: isEven ? gap : undefined,
		deadline,
		activeDeadlineSeconds,
		startingDeadlineSeconds,
		mode: props.mode,
		fullRotation,
		tagsPerRepo,
		concurrency: props.concurrency,
		minRepositories: props.minRepositories,
		shards,
		inUse,
		image: literal(assertPinned(props.image ?? imageOf(PINS.node)), "image"),
		resources: props.resources ?? RESOURCES,
		tier: props.tier,
	};
}

/** A third of a short period is left for the image pull, the publishing and the next run. */
function defaultDeadline(period: number): string {
	const seconds = Math.floor((period * 2) / 3);
	return seconds >= 600 ? "10m" : `${seconds}s`;
}

function wholeNumber(
	prop: string,
	value: number | undefined,
	from: number,
	to: number,
): void {
	must(
		value === undefined ||
			(Number.isSafeInteger(value) && value >= from && value <= to),
		prop,
		value,
		`an integer from ${from} to ${to}`,
	);
}

function must(
	holds: boolean,
	prop: string,
	got: unknown,
	wanted: string,
): void {
	if (!holds)
		throw new Error(`${prop}: got ${JSON.stringify(got)}, wanted ${wanted}`);
}
