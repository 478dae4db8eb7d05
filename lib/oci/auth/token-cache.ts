/** A token and how long it lives, milliseconds. */
export interface Token {
	readonly token: string;
	readonly lifetime: number;
}

/** A registry of 10,000 repositories has as many scopes; the oldest tokens go first. */
const MAX_TOKENS = 1000;
/** A token is not used in the last tenth of its life: it may be judged by a clock that is ahead. */
const USABLE = 0.9;

interface Entry {
	readonly token: string;
	readonly until: number;
}

/** Tokens by scope; one request at a time for each. */
export class TokenCache {
	private readonly known = new Map<string, Entry>();
	private readonly underWay = new Map<string, Promise<string>>();

	/** The token of a scope, made by `make` where there is none that still lives. */
	get(scope: string, make: () => Promise<Token>): Promise<string> | string {
		const entry = this.known.get(scope);
		if (entry && entry.until > Date.now()) return entry.token;
		let promise = this.underWay.get(scope);
		if (!promise) {
			promise = make()
				.then(({ token, lifetime }) => {
					this.known.delete(scope);
					this.known.set(scope, {
						token,
						until: Date.now() + lifetime * USABLE,
					});
					for (const oldest of this.known.keys()) {
						if (this.known.size <= MAX_TOKENS) break;
						this.known.delete(oldest);
					}
					return token;
				})
				.finally(() => this.underWay.delete(scope));
			this.underWay.set(scope, promise);
		}
		return promise;
	}

	/** Forgets a token that was refused, unless a newer one has taken its place. */
	drop(scope: string, token: string): void {
		if (this.known.get(scope)?.token === token) this.known.delete(scope);
	}

	*values(): Iterable<string> {
		for (const { token } of this.known.values()) yield token;
	}
}
