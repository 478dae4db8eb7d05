/** Why the registry failed us. `absent` is a 404 that says so in the registry's own words or is confirmed elsewhere. */
export type FailureKind =
	| "absent"
	| "auth"
	| "throttled"
	| "server-error"
	| "network"
	| "tls"
	| "dns"
	| "protocol"
	| "deadline"
	| "limit";

/**
 * The registry (or the way to it) failed us. Its message never holds a credential. Content that is wrong is not an
 * error: the walk yields it as a finding.
 */
export class RegistryError extends Error {
	override readonly name = "RegistryError";
	readonly kind: FailureKind;
	/** HTTP status of the last answer, where there was one. */
	readonly status: number | undefined;
	/** The distribution error code of the body (`MANIFEST_UNKNOWN`), where there was one. */
	readonly code: string | undefined;
	/** Milliseconds that the registry asked to wait. */
	readonly retryAfter: number | undefined;

	constructor(
		kind: FailureKind,
		message: string,
		details: {
			status?: number;
			code?: string;
			retryAfter?: number | undefined;
			cause?: unknown;
		} = {},
	) {
		super(message, { cause: details.cause });
		this.kind = kind;
		this.status = details.status;
		this.code = details.code;
		this.retryAfter = details.retryAfter;
	}
}
