import type { AlertName } from "./alert";

/**
 * Where an alert's runbook is: the base, then the alert's name.
 *
 * @param base a slash is put after it, unless it ends in one, or in `=` or `#`.
 */
export function runbookUrl(base: string, alert: AlertName): string {
	return `${base}${/[/=#]$/.test(base) ? "" : "/"}${alert}`;
}
