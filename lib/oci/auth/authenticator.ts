import type { Credentials } from "../client";
import { RegistryError } from "../errors";
import { type Challenge, parseChallenges } from "./challenge";
import { type Token, TokenCache } from "./token-cache";

export interface AuthenticatorOptions {
	readonly origin: URL;
	readonly credentials: Credentials | undefined;
	readonly realmHosts: readonly string[];
	/** Asks a realm for a token. */
	readonly fetchToken: (
		address: URL,
		authorization: string | undefined,
	) => Promise<Token>;
}

const MAX_ALIASES = 1000;

type Demand =
	| { readonly scheme: "none" }
	| { readonly scheme: "basic" }
	| {
			readonly scheme: "bearer";
			readonly realm: URL;
			readonly service: string;
	  };

function basic({ user, password }: Credentials): string {
	return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** `host:port` with the port written out, so that `r.io` and `r.io:443` are one. */
function hostKey(host: string, protocol: string): string {
	const url = URL.canParse(`${protocol}//${host}`)
		? new URL(`${protocol}//${host}`)
		: undefined;
	return url
		? `${url.hostname}:${url.port || (protocol === "https:" ? 443 : 80)}`
		: host;
}

/** Decides what a request carries to be let in: nothing, Basic, or a Bearer token for its scope. */
export class Authenticator {
	private readonly options: AuthenticatorOptions;
	private readonly tokens = new TokenCache();
	private readonly basic: string | undefined;
	/** Undefined until the registry was heard. */
	private demand: Demand | undefined;
	/** What a registry calls a scope where it is not what we would say. */
	private readonly aliases = new Map<string, string>();

	constructor(options: AuthenticatorOptions) {
		this.options = options;
		const { credentials } = options;
		this.basic = credentials && basic(credentials);
	}

	/** The registry has said what it wants; requests made before would be sent twice. */
	get isReady(): boolean {
		return this.demand !== undefined;
	}

	/** The registry let us in without. */
	learnOpen(): void {
		this.demand ??= { scheme: "none" };
	}

	/**
	 * Takes the WWW-Authenticate of a 401 to a request of a scope ("" for none). Bearer goes before Basic where both are
	 * offered and its realm may be asked.
	 *
	 * @throws RegistryError auth: no scheme that we speak, or a realm that must not see our credentials.
	 */
	learn(scope: string, header: string | undefined, what: string): void {
		const challenges = parseChallenges(header ?? "");
		const bearer = challenges.find((each) => each.scheme === "bearer");
		const hasBasic = challenges.some((each) => each.scheme === "basic");
		if (bearer) {
			try {
				this.demand = this.bearer(bearer, what);
				const wanted = bearer.parameters.get("scope") ?? "";
				if (scope !== "" && wanted !== "" && wanted !== scope) {
					if (this.aliases.size >= MAX_ALIASES) this.aliases.clear();
					this.aliases.set(scope, wanted);
				}
				return;
			} catch (error) {
				if (!hasBasic) throw error;
			}
		}
		if (hasBasic) {
			this.demand = { scheme: "basic" };
			return;
		}
		const offered = challenges.map((each) => each.scheme).join(", ");
		throw new RegistryError(
			"auth",
			`${what}: 401 ${offered ? `asks for ${offered}` : "without a challenge"}, wanted Basic or Bearer`,
			{ status: 401 },
		);
	}

	/** Value of the Authorization header for a scope, undefined where none is due. */
	async authorization(scope: string): Promise<string | undefined> {
		const { demand } = this;
		if (!demand || demand.scheme === "none") return;
		if (demand.scheme === "basic") return this.basic;
		const token = await this.tokens.get(scope, () => {
			const address = new URL(demand.realm);
			if (demand.service !== "")
				address.searchParams.set("service", demand.service);
			const asked = this.aliases.get(scope) ?? scope;
			if (asked !== "") address.searchParams.append("scope", asked);
			return this.options.fetchToken(address, this.basic);
		});
		return `Bearer ${token}`;
	}

	/** A 401 came back for what `authorization` gave: true where a second try carries something else. */
	isWorthAnother(scope: string, used: string | undefined): boolean {
		if (used === undefined)
			return (
				this.demand?.scheme === "bearer" ||
				(this.demand?.scheme === "basic" && this.basic !== undefined)
			);
		if (!used.startsWith("Bearer ")) return this.demand?.scheme === "bearer";
		this.tokens.drop(scope, used.slice("Bearer ".length));
		return true;
	}

	/** Text without anything that lets one in, should a registry have echoed it. */
	scrub(text: string): string {
		const { credentials } = this.options;
		const secrets = [...this.tokens.values()];
		if (credentials) secrets.push(credentials.password);
		if (this.basic) secrets.push(this.basic.slice("Basic ".length));
		return secrets
			.filter((secret) => secret.length >= 3)
			.reduce((clean, secret) => clean.replaceAll(secret, "***"), text);
	}

	private bearer({ parameters }: Challenge, what: string): Demand {
		const { origin, realmHosts, credentials } = this.options;
		const fail = (problem: string): never => {
			throw new RegistryError("auth", `${what}: ${problem}`, { status: 401 });
		};
		const text = parameters.get("realm") ?? "";
		if (!URL.canParse(text))
			return fail("the Bearer realm is no address, wanted https://...");
		const realm = new URL(text);
		realm.hash = "";
		const isHttps = realm.protocol === "https:";
		if (
			!isHttps &&
			!(realm.protocol === "http:" && origin.protocol === "http:")
		)
			return fail(
				`the Bearer realm is on ${realm.protocol}//, wanted https://`,
			);
		if (realm.username !== "" || realm.password !== "")
			return fail(`the Bearer realm on ${realm.host} carries credentials`);
		const own = hostKey(origin.host, origin.protocol);
		const allowed = realmHosts.map((host) => hostKey(host, realm.protocol));
		const isAllowed = [own, ...allowed].includes(
			hostKey(realm.host, realm.protocol),
		);
		if (credentials && !isAllowed)
			return fail(
				`the Bearer realm is on ${realm.host}, not on the registry's host: credentials go there only with --realm-hosts ${realm.host}`,
			);
		return {
			scheme: "bearer",
			realm,
			service: parameters.get("service") ?? "",
		};
	}
}
