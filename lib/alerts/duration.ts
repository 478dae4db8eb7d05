const UNITS = [
	["d", 86_400],
	["h", 3600],
	["m", 60],
	["s", 1],
] as const;

/**
 * A duration as Prometheus and the PrometheusRule schema write it, in the largest unit that divides it (`12h`, `90m`, `0m`).
 *
 * @param seconds a whole number.
 */
export function renderDuration(seconds: number): string {
	if (seconds === 0) return "0m";
	const [unit, size] = UNITS.find(([, size]) => seconds % size === 0) ?? [
		"s",
		1,
	];
	return `${seconds / size}${unit}`;
}
