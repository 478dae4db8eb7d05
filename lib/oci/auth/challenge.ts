/** One challenge of a WWW-Authenticate header (RFC 9110, 11.6.1); scheme and parameter names in lower case. */
export interface Challenge {
	readonly scheme: string;
	readonly parameters: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 16_384;
const MAX_CHALLENGES = 16;

const SEPARATORS = /[\s,]*/y;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const EQUALS = /[ \t]*=[ \t]*(?!=)/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
/** What Negotiate and its like carry in place of parameters. */
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const REST_OF_CHALLENGE = /[^,]*/y;

/**
 * The challenges of a header that may hold several, commas in quotes and escapes included. What cannot be read is
 * left out; never throws.
 */
export function parseChallenges(header: string): readonly Challenge[] {
	const text = header.slice(0, MAX_LENGTH);
	const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
	let at = 0;
	const take = (pattern: RegExp): RegExpExecArray | undefined => {
		pattern.lastIndex = at;
		const match = pattern.exec(text) ?? undefined;
		if (match) at = pattern.lastIndex;
		return match;
	};
	while (at < text.length && challenges.length <= MAX_CHALLENGES) {
		take(SEPARATORS);
		const name = take(TOKEN)?.[0].toLowerCase();
		if (name === undefined) {
			// not a token: skip to what the next comma begins
			if (!take(REST_OF_CHALLENGE)?.[0]) at++;
			continue;
		}
		if (!take(EQUALS)) {
			challenges.push({ scheme: name, parameters: new Map() });
			take(TOKEN68);
			continue;
		}
		const quoted = take(QUOTED)?.[1]?.replace(/\\(.)/gs, "$1");
		const value = quoted ?? take(TOKEN)?.[0];
		const parameters = challenges.at(-1)?.parameters;
		if (value !== undefined && !parameters?.has(name))
			parameters?.set(name, value);
	}
	return challenges.slice(0, MAX_CHALLENGES);
}
