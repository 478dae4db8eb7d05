import { IPV4 } from "../registry";

/**
 * Throws unless `holds`.
 *
 * @throws Error `registryHost.<prop>: got ..., wanted ...`
 */
export function must(
	holds: unknown,
	prop: string,
	got: unknown,
	wanted: string,
): void {
	if (!holds)
		throw new Error(
			`registryHost.${prop}: got ${JSON.stringify(got)}, wanted ${wanted}`,
		);
}

const LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
export const HOST_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`);
export const CIDR = new RegExp(
	`${IPV4.source.slice(0, -1)}/(3[0-2]|[12]?\\d)$`,
);
export const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
/** An absolute path of characters that neither a shell, nor YAML, nor nginx takes for its own; nothing in it goes back up. */
export const PATH = /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._+@-]+)+$/;

export function isPort(port: unknown): boolean {
	return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

/** An origin and nothing else. */
export function isOrigin(url: string | undefined): boolean {
	return (
		/^https?:\/\/[A-Za-z0-9][-A-Za-z0-9.]*(:\d{1,5})?$/.test(url ?? "") &&
		URL.canParse(url ?? "")
	);
}
