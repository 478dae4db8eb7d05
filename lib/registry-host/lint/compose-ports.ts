import { record } from "../../raw";
import type { Place } from "./host-rules";
import { textOf } from "./yaml-file";

/** A port that a service publishes. */
export interface PublishedPort {
	/** Address on the host; "" is all of them. */
	readonly host: string;
	/** undefined where Docker picks one, or a variable without a default says it. */
	readonly published: number | undefined;
	/** The container's. */
	readonly target: number;
	readonly protocol: string;
	readonly place: Place;
}

/** A range of ports that is longer is no longer written out. */
const MAX_RANGE = 1000;
/** More ports than any service publishes. */
const MAX_PORTS = 1000;

/** The ports of one entry, short (`127.0.0.1:5000-5001:5000-5001/tcp`) or long. */
export function publishedPorts(value: unknown, place: Place): PublishedPort[] {
	const long = record(value);
	const text =
		long.target === undefined
			? textOf(value)
			: `${textOf(long.host_ip)}:${textOf(long.published)}:${textOf(long.target)}/${textOf(long.protocol) || "tcp"}`;
	// a variable's own colon separates nothing
	const plain = text.replace(/\$\{(\w+)[^}]*\}/g, "$$$1");
	const [, host = "", published = "", target = "", protocol = "tcp"] =
		/^(?:(?:(\[[^\]]*\]|[^:]*):)?([^:]*):)?(\d+(?:-\d+)?)(?:\/(\w+))?$/.exec(
			plain,
		) ?? [];
	if (target === "") return [];
	const to = range(target);
	const from = /^\d+(-\d+)?$/.test(published)
		? range(published)
		: to.map(() => undefined);
	return from.slice(0, to.length).map((each, i) => ({
		host: host.replace(/^\[|\]$/g, ""),
		published: each,
		target: to[i] ?? 0,
		protocol,
		place,
	}));
}

/** Compose takes a port that is said twice, by a file and its override, as one: the later of them. */
export function distinctPorts(
	ports: readonly PublishedPort[],
): readonly PublishedPort[] {
	const byText = new Map(
		ports
			.slice(0, MAX_PORTS)
			.map((each) => [
				`${each.host} ${each.published} ${each.target} ${each.protocol}`,
				each,
			]),
	);
	return [...byText.values()];
}

function range(text: string): number[] {
	const [first = 0, last = first] = text.split("-").map(Number);
	const length = Math.min(MAX_RANGE, Math.max(0, last - first) + 1);
	return Array.from({ length }, (_, i) => first + i);
}
