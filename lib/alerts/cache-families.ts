/** A counter of a registry's own /metrics: its name, and the label matchers that pick it. */
interface Counter {
	readonly name: string;
	/** `type="Hit"`, or nothing. */
	readonly labels: string;
}

/**
 * Cache hits and requests, by major version of distribution: 3.x counts what its pull-through proxy had, 2.8 only what
 * its descriptor cache had, in one family whose `Hit` series does not exist before the first hit (read from the
 * /metrics of 2.8.2 and 3.1.1).
 */
export const CACHE_FAMILIES = {
	2: {
		hits: { name: "registry_storage_cache_total", labels: 'type="Hit"' },
		requests: {
			name: "registry_storage_cache_total",
			labels: 'type="Request"',
		},
	},
	3: {
		hits: { name: "registry_proxy_hits_total", labels: "" },
		requests: { name: "registry_proxy_requests_total", labels: "" },
	},
} as const satisfies Record<2 | 3, { hits: Counter; requests: Counter }>;
