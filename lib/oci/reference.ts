import { isIPv6 } from "node:net";
import { isDigest } from "./digest";
import { ParseError, shown } from "./parse-error";

/** An image reference as people write it: `[http://]host[:port]/repository[:tag][@digest]`. */
export interface Reference {
	/** As written, for messages. */
	readonly text: string;
	/** Written `http://...`. */
	readonly plainHttp: boolean;
	/** `host[:port]`, lower case. */
	readonly host: string;
	readonly repository: string;
	/** Tag or digest; `latest` where neither is written. The digest wins where both are. */
	readonly reference: string;
}

const WANTED = "host[:port]/repository[:tag][@digest]";
const MAX_LENGTH = 1024;
const MAX_REPOSITORY = 255;
const COMPONENT = /^[a-z0-9]+(?:(?:__?|\.|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** A repository name by the distribution spec's grammar, at most 255 characters. */
export function isRepository(name: string): boolean {
	return (
		name.length <= MAX_REPOSITORY &&
		name.split("/").every((component) => COMPONENT.test(component))
	);
}

/** A tag by the distribution spec's grammar. */
export function isTag(text: string): boolean {
	return TAG.test(text);
}

/** `host[:port]`, lower case: a name, an IPv4 address or an IPv6 address in brackets. */
function isHost(host: string): boolean {
	const [, name = "", port] =
		/^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host) ?? [];
	if (port !== undefined && (Number(port) < 1 || Number(port) > 65535))
		return false;
	if (name.startsWith("["))
		return isIPv6(name.slice(1, -1)) && !name.includes("%");
	return HOST_NAME.test(name) && !name.includes("..");
}

/** Docker's rule: without a dot, a colon or `localhost` the first component is no host but part of the name. */
function looksLikeHost(component: string): boolean {
	return /[.:[]/.test(component) || component.toLowerCase() === "localhost";
}

/**
 * A reference from untrusted text.
 *
 * @throws ParseError: what was got, what was wanted, and the next step; it never shows credentials.
 */
export function parseReference(text: string): Reference {
	// what stands before an `@` that is not the digest's is where people leave passwords: never shown
	const at = text.lastIndexOf("@");
	const digest = at < 0 ? undefined : text.slice(at + 1);
	const named = at < 0 ? text : text.slice(0, at);
	const hasDigest = digest === undefined || isDigest(digest);
	const isSafe =
		(hasDigest || /^sha(256|512):/.test(digest)) && !named.includes("@");
	const fail = (problem: string): never => {
		const name = isSafe ? shown(text) : shown(`***${text.slice(at)}`);
		throw new ParseError(`reference ${name}: ${problem}`);
	};
	if (text === "") fail(`got nothing, wanted ${WANTED}`);
	if (text.length > MAX_LENGTH)
		fail(`got ${text.length} characters, wanted at most ${MAX_LENGTH}`);
	if (named.includes("@") || digest?.includes("/"))
		fail(
			"got credentials, wanted none: they come from REG_USER and REG_PASS or --auth-file",
		);
	if (!hasDigest)
		fail(
			"got a malformed digest, wanted sha256: and 64 hex digits after the @",
		);
	const [, scheme = "", rest = ""] =
		/^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(.*)$/s.exec(named) ?? [];
	if (!["", "http", "https"].includes(scheme))
		fail(`got ${shown(`${scheme}://`)}, wanted no scheme (https), or http://`);
	const slash = rest.indexOf("/");
	const host = slash < 0 ? rest : rest.slice(0, slash);
	if (host === "" || (scheme === "" && !looksLikeHost(slash < 0 ? "" : host)))
		fail(
			`got no registry host, wanted ${WANTED}: write ${shown(`registry.example.com/${rest.replace(/^\/+/, "")}`)}`,
		);
	if (slash < 0) fail(`got no repository, wanted ${WANTED}`);
	if (!isHost(host.toLowerCase()))
		fail(
			`got the host ${shown(host)}, wanted host[:port], an IPv6 address in brackets`,
		);
	const path = rest.slice(slash + 1);
	const colon = path.indexOf(":");
	const repository = colon < 0 ? path : path.slice(0, colon);
	const tag = colon < 0 ? undefined : path.slice(colon + 1);
	if (tag !== undefined && !isTag(tag))
		fail(
			`got the tag ${shown(tag)}, wanted at most 128 letters, digits, "_", "." or "-"`,
		);
	if (!isRepository(repository))
		fail(
			isRepository(repository.toLowerCase())
				? `got the repository ${shown(repository)}, wanted lower case: ${shown(repository.toLowerCase())}`
				: `got the repository ${shown(repository)}, wanted lower-case components joined by "/"`,
		);
	return {
		text,
		plainHttp: scheme === "http",
		host: host.toLowerCase(),
		repository,
		reference: digest ?? tag ?? "latest",
	};
}
