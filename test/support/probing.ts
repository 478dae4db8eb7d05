import {
	type ProbeOptions,
	type ProbeResult,
	probe,
} from "../../lib/guard/probe";
import {
	type ClientOptions,
	createClient,
	type RegistryClient,
} from "../../lib/oci/client";

export type ProbingOptions = Partial<ProbeOptions> &
	Pick<Partial<ClientOptions>, "credentials" | "ca" | "idleTimeout">;

/** The defaults of the command line, short of time. */
export function probeOptions(client: RegistryClient): ProbeOptions {
	return {
		client,
		expectChallenge: false,
		mode: "tail",
		fullRotation: 0,
		tagsPerRepo: 0,
		window: 0,
		shard: { index: 0, count: 1 },
		repos: [],
		minRepositories: 1,
		concurrency: 8,
		deadline: Date.now() + 20_000,
		referrers: false,
		inUse: undefined,
		pullHosts: ["registry.example.com"],
		revisit: [],
	};
}

/** Probes a registry as `guard probe` does. */
export async function probing(
	{ origin }: { readonly origin: string },
	{ credentials, ca, idleTimeout, ...options }: ProbingOptions = {},
): Promise<ProbeResult> {
	const client = createClient({
		origin,
		concurrency: options.concurrency ?? 8,
		deadline: options.deadline ?? Date.now() + 20_000,
		...(credentials && { credentials }),
		...(ca !== undefined && { ca }),
		...(idleTimeout !== undefined && { idleTimeout }),
	});
	try {
		return await probe({ ...probeOptions(client), ...options, client });
	} finally {
		client.close();
	}
}

/** `repository:tags kind reason digest`, a line a finding. */
export function told({ findings }: Pick<ProbeResult, "findings">): string[] {
	return findings.map(({ repository, tags, kind, reason, digest }) =>
		[`${repository}:${tags}`, kind, reason, digest ?? "-"].join(" "),
	);
}

/** Reasons for what could not be looked at, with their numbers. */
export function doubted({
	inconclusiveCounts,
}: ProbeResult): Record<string, number> {
	return Object.fromEntries(
		Object.entries(inconclusiveCounts).filter(([, count]) => count > 0),
	);
}
