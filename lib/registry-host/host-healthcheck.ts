import { must } from "./must";

/** Docker's health check of every service. */
export interface HealthcheckProps {
	/** @default "30s" */
	readonly interval?: string;
	/** @default "10s" */
	readonly timeout?: string;
	/** @default 3 */
	readonly retries?: number;
	/** Time to start; nginx has its own. @default "10s" */
	readonly start?: string;
}

/**
 * Resolves the defaults and validates.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostHealthcheck(
	props: HealthcheckProps,
): Required<HealthcheckProps> {
	const {
		interval = "30s",
		timeout = "10s",
		retries = 3,
		start = "10s",
	} = props;
	for (const [prop, time] of Object.entries({ interval, timeout, start }))
		must(
			/^[1-9]\d*(ms|s|m)$/.test(time),
			`healthcheck.${prop}`,
			time,
			"a time such as 30s",
		);
	must(
		Number.isInteger(retries) && retries > 0,
		"healthcheck.retries",
		retries,
		"a number from 1",
	);
	return { interval, timeout, retries, start };
}
