import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { answerError, answerJson } from "./answer";

/** How the registry asks for credentials. */
export interface EmbeddedAuth {
	readonly kind: "basic" | "bearer";
	readonly user: string;
	readonly password: string;
	/** Where tokens are made. @default - `/token` of the registry itself */
	readonly realm?: string;
	/** Seconds a token lives; the field is left out where undefined. */
	readonly expiresIn?: number;
	/** @default "token" */
	readonly tokenField?: "token" | "access_token";
}

/** `repository:app:pull,push` covers `repository:app:pull`. */
function covers(granted: string, wanted: string): boolean {
	const cut = (scope: string) => scope.lastIndexOf(":") + 1;
	const have = granted.slice(cut(granted)).split(",");
	return (
		granted.slice(0, cut(granted)) === wanted.slice(0, cut(wanted)) &&
		wanted
			.slice(cut(wanted))
			.split(",")
			.every((action) => have.includes(action))
	);
}

/** Lets requests in or not; makes tokens. */
export class Gate {
	readonly auth: EmbeddedAuth;
	private readonly tokens = new Map<
		string,
		{ scopes: Set<string>; until: number }
	>();

	constructor(auth: EmbeddedAuth) {
		this.auth = auth;
	}

	/** Forgets every token that was made. */
	revoke(): void {
		this.tokens.clear();
	}

	/** True where the request may go on; else it is answered. */
	admits(
		request: IncomingMessage,
		response: ServerResponse,
		origin: string,
		scope: string,
	): boolean {
		const { authorization = "" } = request.headers;
		if (this.auth.kind === "basic") {
			if (authorization === this.basic()) return true;
		} else {
			const token = this.tokens.get(authorization.replace(/^Bearer /, ""));
			const isGranted =
				scope === "" ||
				[...(token?.scopes ?? [])].some((have) => covers(have, scope));
			if (token && token.until > Date.now() && isGranted) return true;
		}
		answerError(response, 401, "UNAUTHORIZED", undefined, {
			"www-authenticate": this.challenge(origin, scope),
		});
		return false;
	}

	serveToken(request: IncomingMessage, response: ServerResponse, url: URL) {
		if (request.headers.authorization !== this.basic())
			return answerError(response, 401, "UNAUTHORIZED");
		const { expiresIn, tokenField = "token" } = this.auth;
		const token = randomUUID();
		this.tokens.set(token, {
			scopes: new Set(url.searchParams.getAll("scope")),
			until: Date.now() + (expiresIn ?? 60) * 1000,
		});
		answerJson(response, {
			[tokenField]: token,
			...(expiresIn !== undefined && { expires_in: expiresIn }),
		});
	}

	private basic(): string {
		const { user, password } = this.auth;
		return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
	}

	private challenge(origin: string, scope: string): string {
		if (this.auth.kind === "basic") return 'Basic realm="embedded"';
		const realm = this.auth.realm ?? `${origin}/token`;
		const wanted = scope === "" ? "" : `,scope="${scope}"`;
		return `Bearer realm="${realm}",service="embedded"${wanted}`;
	}
}
