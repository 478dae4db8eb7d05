import { Authenticator } from "../auth/authenticator";
import { tokenOf } from "../auth/token";
import type { Credentials } from "../client";
import { RegistryError } from "../errors";
import { Backoff } from "./backoff";
import { isHtml, statusFailure } from "./failure";
import { type Answer, type Fetch, follow } from "./follow";
import { Limiter, type Work } from "./limiter";
import { Sleep } from "./sleep";
import { Transport } from "./transport";
import { Watch } from "./watch";

/** One thing asked of the registry. */
export interface Call extends Fetch {
	/** Path and query on the registry's origin. */
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly work: Work;
	/** Token scope; undefined: sent without credentials whatever happens. */
	readonly scope: string | undefined;
	/** Statuses that are answers and not failures. */
	readonly accept: readonly number[];
}

export interface RequesterOptions {
	readonly origin: URL;
	readonly credentials: Credentials | undefined;
	readonly ca: string | undefined;
	readonly realmHosts: readonly string[];
	readonly concurrency: number;
	/** Milliseconds since the epoch. */
	readonly deadline: number;
	readonly idleTimeout: number;
	readonly userAgent: string;
}

/** Everybody waits at most so long for what one answer asked for. */
const LONGEST_PAUSE = 30_000;
/** The pause after a 429 that names none. */
const SHORT_PAUSE = 250;

/** Sends calls: a place in the limiter, authentication, redirects, classification, retries. */
export class Requester {
	readonly origin: URL;
	readonly transport: Transport;
	/** 429 and 503 answers. */
	throttled = 0;
	private readonly base: Readonly<Record<string, string>>;
	private readonly watch: Watch;
	private readonly limiter: Limiter;
	private readonly backoff = new Backoff();
	private readonly sleep = new Sleep();
	private readonly authenticator: Authenticator;
	private discovery: Promise<unknown> | undefined;
	private isClosed = false;

	constructor(options: RequesterOptions) {
		const { origin, deadline, idleTimeout, concurrency, userAgent } = options;
		this.origin = origin;
		this.watch = new Watch(deadline, idleTimeout);
		this.limiter = new Limiter(concurrency);
		this.transport = new Transport({ ...options, watch: this.watch });
		// a body that is encoded on the way does not hash to its digest
		this.base = { "user-agent": userAgent, "accept-encoding": "identity" };
		this.authenticator = new Authenticator({
			...options,
			fetchToken: async (realm, authorization) =>
				tokenOf(
					await follow(
						this.transport,
						realm,
						`${realm.pathname}${realm.search}`,
						{ method: "GET" },
						authorization ? { ...this.base, authorization } : this.base,
					),
				),
		});
	}

	/**
	 * The answer to a call.
	 *
	 * @throws RegistryError of every kind.
	 */
	async request(call: Call): Promise<Answer> {
		if (call.scope !== undefined && !this.authenticator.isReady)
			await this.discover();
		for (let tries = 0; ; tries++) {
			try {
				const answer = await this.attempt(call);
				this.backoff.succeeded();
				return answer;
			} catch (error) {
				const failure = this.scrubbed(error);
				const wait = this.backoff.delay(failure, tries);
				// waiting past the deadline would only change what the failure is called
				if (wait === undefined || wait >= this.watch.left || this.isClosed)
					throw failure;
				await this.sleep.for(wait);
			}
		}
	}

	/** `GET /v2/` without credentials: true where it asks for some in a way that we speak. */
	async ping(): Promise<boolean> {
		const { status, headers, what } = await this.root(undefined, [200, 401]);
		if (status === 401)
			this.authenticator.learn("", headers["www-authenticate"], what);
		else this.authenticator.learnOpen();
		return status === 401;
	}

	/** `GET /v2/`, which every registry answers. @throws RegistryError; protocol where it is no registry that answers. */
	async root(
		scope: string | undefined,
		accept: readonly number[],
	): Promise<Answer> {
		const answer = await this.request({
			method: "GET",
			path: "/v2/",
			work: "list",
			scope,
			accept: [...accept, 404],
		});
		const { status, headers, body, what } = answer;
		if (status === 404 || (status === 200 && isHtml(headers, body)))
			throw new RegistryError(
				"protocol",
				`${what}: ${status}${status === 200 ? " with an HTML page" : ""}, wanted a registry`,
				{ status },
			);
		return answer;
	}

	close(): void {
		this.isClosed = true;
		this.watch.close();
		this.limiter.close(this.closed());
		this.sleep.close();
		this.transport.close();
	}

	/** Asked once by whoever comes first, so that no request has to be sent twice. */
	private discover(): Promise<unknown> {
		this.discovery ??= this.ping().finally(() => {
			this.discovery = undefined;
		});
		return this.discovery;
	}

	/** One place in the limiter: the request, and once more where a 401 says how. */
	private async attempt(call: Call): Promise<Answer> {
		const waiting = this.limiter.acquire();
		if (waiting) await waiting;
		const sentAt = performance.now();
		let latency: number | undefined;
		try {
			if (this.isClosed) throw this.closed();
			const answer = await this.authenticated(call);
			const { status, headers, body, what } = answer;
			if (!call.accept.includes(status))
				throw statusFailure(what, status, headers, body);
			latency = answer.latency;
			return answer;
		} catch (error) {
			if (error instanceof RegistryError) this.slowDown(error, sentAt);
			throw error;
		} finally {
			this.limiter.release(call.work, latency);
		}
	}

	private slowDown(failure: RegistryError, sentAt: number): void {
		const { kind, status, retryAfter } = failure;
		if (status !== 429 && status !== 503) return;
		this.throttled++;
		const pause = retryAfter ?? (kind === "throttled" ? SHORT_PAUSE : 0);
		this.limiter.throttle(
			sentAt,
			Math.min(pause, LONGEST_PAUSE, this.watch.left),
		);
	}

	private closed(): RegistryError {
		return new RegistryError("deadline", `${this.origin.origin}: closed`);
	}

	private async authenticated(call: Call): Promise<Answer> {
		const { scope, path } = call;
		const send = (authorization: string | undefined) => {
			const headers = { ...this.base, ...call.headers };
			if (authorization) headers.authorization = authorization;
			return follow(this.transport, this.origin, path, call, headers);
		};
		if (scope === undefined) return send(undefined);
		const used = await this.authenticator.authorization(scope);
		const answer = await send(used);
		if (answer.status !== 401 || answer.isForeign) return answer;
		const challenge = answer.headers["www-authenticate"];
		// a refusal that says nothing new: what it wanted before may have run out
		if (challenge !== undefined)
			this.authenticator.learn(scope, challenge, answer.what);
		if (!this.authenticator.isWorthAnother(scope, used)) return answer;
		return send(await this.authenticator.authorization(scope));
	}

	/** What a registry echoed of our secrets must not get into a message. */
	private scrubbed(error: unknown): RegistryError {
		if (!(error instanceof RegistryError)) throw error;
		const message = this.authenticator.scrub(error.message);
		if (message === error.message) return error;
		const { kind, status, code, retryAfter } = error;
		return new RegistryError(kind, message, {
			...(status !== undefined && { status }),
			...(code !== undefined && { code: this.authenticator.scrub(code) }),
			retryAfter,
		});
	}
}
