import { printable } from "./printable";

/** Labels of a Pushgateway group, `job` among them. */
export type GroupLabels = Readonly<Record<string, string>>;

/** A metric that every group has, with exactly the group's labels. */
export const GROUP_METRIC = "push_time_seconds";

/** What a path segment can carry as it is: no slash, nothing that needs an escape, no `.` and `..`. */
const PLAIN = /^(?!\.+$)[A-Za-z0-9._:-]+$/;

/** One label in the path; `name@base64` where the value cannot stand there (the empty value is a lone `=`). */
function segment(name: string, value: string): string {
	if (PLAIN.test(value)) return `/${name}/${value}`;
	const encoded = Buffer.from(value).toString("base64url");
	return `/${name}@base64/${encoded || "="}`;
}

/** Path of a group below the Pushgateway's URL: `/metrics/job/<job>/instance/<instance>[/shard/<i>]`. */
export function groupPath({ job = "", ...others }: GroupLabels): string {
	const rest = Object.entries(others).map(([name, value]) =>
		segment(name, value),
	);
	return `/metrics${segment("job", job)}${rest.join("")}`;
}

/** A group as people read it, on one line. */
export function labelsText(labels: GroupLabels): string {
	return Object.entries(labels)
		.map(([name, value]) => `${name}=${JSON.stringify(printable(value))}`)
		.join(" ");
}
