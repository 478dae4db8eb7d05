import { record } from "../../raw";
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
	readonly line: number;
}

/** A range of ports that is longer is no longer written out. */
const MAX_RANGE = 1000;

/** The ports of one entry, short (`127.0.0.1:5000-5001:5000-5001/tcp`) or long. */
export function publishedPorts(value: unknown, line: number): PublishedPort[] {
	const long = record(value);
	const text =
		long.target === undefined
			? textOf(value)
			: `${textOf(long.host_ip)}:${textOf(long.published)}:${textOf(long.target)}/${textOf(long.protocol) || "tcp"}`;
	// a variable's own colon separates nothing
	const plain = withDefaults(text).replace(/\$\{(\w+)[^}]*\}/g, "$$$1");
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
		line,
	}));
}

function range(text: string): number[] {
	const [first = 0, last = first] = text.split("-").map(Number);
	const length = Math.min(MAX_RANGE, Math.max(0, last - first) + 1);
	return Array.from({ length }, (_, i) => first + i);
}

/** `${VAR:-x}` and `${VAR-x}` are x: what runs where nobody says otherwise. */
export function withDefaults(text: string): string {
	return text.replace(/\$\{\w+:?-([^}]*)\}/g, "$1");
}
