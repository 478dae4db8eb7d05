/** Where a registry is: scheme and authority, nothing else. */
export interface Origin {
	/** `https://host[:port]`, lower case, without the scheme's own port. */
	readonly origin: string;
	/** `host[:port]`. */
	readonly host: string;
}

const HOST =
	/^(\[[0-9a-f:.]+\]|[a-z0-9_]([-a-z0-9._]*[a-z0-9_])?)(:[0-9]{1,5})?$/i;

/** `host[:port]`, as an origin or a reference has it: no scheme, no path, no user. */
export function isHost(text: string): boolean {
	return HOST.test(text) && URL.canParse(`https://${text}`);
}

/** Reads `https://host[:port]` or `http://host[:port]`, a slash at the end allowed; undefined for anything else. */
export function parseOrigin(text: string): Origin | undefined {
	const [, scheme = "", host = ""] =
		/^(https?):\/\/([^/]+)\/?$/i.exec(text) ?? [];
	return isHost(host)
		? originOf(scheme.toLowerCase() === "http", host)
		: undefined;
}

/** The origin of a well-formed `host[:port]`. */
export function originOf(plainHttp: boolean, host: string): Origin {
	const url = new URL(`${plainHttp ? "http" : "https"}://${host}`);
	return { origin: url.origin, host: url.host };
}

/** The machine itself: the only place that plain http may go to unasked. */
export function isLoopback({ origin }: Origin): boolean {
	const { hostname } = new URL(origin);
	return (
		hostname === "localhost" ||
		hostname === "[::1]" ||
		/^127(\.\d{1,3}){3}$/.test(hostname)
	);
}
