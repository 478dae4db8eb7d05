import type { IncomingHttpHeaders } from "node:http";

const DATE = /^[A-Za-z]{3,9},? [\w -]{7,20}\d{2}:\d{2}:\d{2}( GMT| \d{4})$/;

/**
 * Milliseconds that Retry-After asks to wait (RFC 9110, 10.2.3): seconds, or a date, which is read against the
 * answer's own Date so that a clock that is off does no harm. Undefined where there is none to be read.
 */
export function retryAfter(
	headers: IncomingHttpHeaders,
	now = Date.now(),
): number | undefined {
	const text = headers["retry-after"]?.trim() ?? "";
	if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
	const at = httpDate(text);
	if (at === undefined) return;
	return Math.max(0, at - (httpDate(headers.date ?? "") ?? now));
}

/** The three forms of RFC 9110, 5.6.7; asctime alone does not say that it is GMT. */
function httpDate(text: string): number | undefined {
	if (!DATE.test(text)) return;
	const at = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
	return Number.isNaN(at) ? undefined : at;
}
