import type { Metric } from "../../guard/contract";

/** Lines of bash that print one gauge with the label `registry` out of a variable, HELP and TYPE before it. */
export function metricLines(
	metric: Metric,
	variable: string,
	indent: string,
): string {
	const { name, help, labels } = metric;
	const pairs = labels.map((label) => `${label}="%s"`).join(",");
	const values = labels.map((label) =>
		label === "registry" ? '"$name"' : `"$${label}"`,
	);
	const line = `${name}${pairs && `{${pairs}}`} %s`;
	return [
		`echo '# HELP ${name} ${help}'`,
		`echo '# TYPE ${name} gauge'`,
		`printf '${line}\\n' ${[...values, `"$${variable}"`].join(" ")}`,
	]
		.map((each) => indent + each)
		.join("\n");
}
