import type { IntegrityAlertsProps } from "../../lib/alerts/integrity-alerts";
import type { WatchedRegistry } from "../../lib/alerts/watch";
import { type Registry, registry } from "../../lib/registry";

/** A registry with its own metrics, probed by one pod. */
export const PRIVATE: Registry = registry({
	name: "registry",
	kind: "distribution",
	url: "https://registry.example:5050",
	metrics: { target: "10.0.20.10:5001", distribution: 2 },
});
export const FORGEJO: Registry = registry({
	name: "forgejo",
	kind: "forgejo",
	url: "http://forgejo.forgejo.svc.cluster.local",
	plainHttp: true,
	instance: "forgejo.example",
});
/** A cache, which is not probed. */
export const HUB: Registry = registry({
	name: "hub",
	kind: "pull-through",
	url: "http://10.0.20.10:5000",
	plainHttp: true,
	metrics: { target: "10.0.20.10:5003", distribution: 3 },
});

/** Props of the alerts on these registries. */
export function watching(
	...registries: readonly WatchedRegistry[]
): IntegrityAlertsProps {
	return {
		registries,
		runbookBase: "https://runbooks.example/",
		dashboardUrl: "https://grafana.example/d/registry-integrity",
	};
}

/** One of each: plain, sharded, a cache. */
export const EVERYTHING = watching(
	{ registry: PRIVATE },
	{ registry: FORGEJO, shards: 3 },
	{ registry: HUB },
);
