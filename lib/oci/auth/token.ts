import { asRecord } from "../descriptor";
import { RegistryError } from "../errors";
import { statusFailure } from "../http/failure";
import type { Answer } from "../http/follow";
import type { Token } from "./token-cache";

/** Seconds, where the answer does not say (distribution's token spec). */
const DEFAULT_LIFETIME = 60;
const LONGEST_LIFETIME = 3600;

function lifetimeOf(value: unknown): number {
	const isGiven = typeof value === "number" && value > 0;
	return (
		1000 * (isGiven ? Math.min(value, LONGEST_LIFETIME) : DEFAULT_LIFETIME)
	);
}

/**
 * A token out of a realm's answer; `token` and `access_token` are the same thing.
 *
 * @throws RegistryError auth, throttled, server-error; protocol where there is no token in it.
 */
export function tokenOf({ status, headers, body, what }: Answer): Token {
	if (status !== 200) {
		const failure = statusFailure(what, status, headers, body);
		// a realm that is not there, or ill, says nothing about what was asked of the registry
		if (failure.kind === "absent")
			throw new RegistryError("auth", failure.message, { status });
		if (status === 500) throw new RegistryError(failure.kind, failure.message);
		throw failure;
	}
	let parsed: unknown;
	try {
		parsed = JSON.parse(body.toString());
	} catch {
		throw new RegistryError("protocol", `${what}: got no JSON, wanted a token`);
	}
	const { token, access_token, expires_in } = asRecord(parsed) ?? {};
	const found = token || access_token;
	if (typeof found !== "string" || !/^[\x21-\x7e]+$/.test(found))
		throw new RegistryError("protocol", `${what}: got no token, wanted one`);
	return { token: found, lifetime: lifetimeOf(expires_in) };
}
