import { isProbed } from "../lib/alerts/integrity-alerts";
import { thresholdsWith } from "../lib/alerts/thresholds";
import { type WatchedRegistry, watch } from "../lib/alerts/watch";
import type { Settings } from "./model";
import { ownership } from "./module-ownership";

/**
 * What alerts and dashboards are about: every registry, as it is probed. One whose probe the monitoring module owns is left
 * out, because that probe publishes less than these rules ask for and the module brings its own.
 */
export function watchedRegistries(settings: Settings): WatchedRegistry[] {
	const { probed } = ownership(settings);
	return settings.registries
		.filter(
			({ model }) => model.kind === "pull-through" || probed.includes(model),
		)
		.map(({ model, probe = {} }) => ({
			registry: model,
			schedule: probe.schedule ?? settings.schedule,
			timezone: probe.timezone,
			shards: probe.shards,
			tagsPerRepo: probe.tagsPerRepo,
		}));
}

/** Seconds after which a run is old, as the alerts have it: of the registry that is probed most seldom. */
export function freshFor(settings: Settings): number | undefined {
	const thresholds = thresholdsWith(settings.alerts?.thresholds);
	const each = watchedRegistries(settings)
		.filter(isProbed)
		.map((watched) => watch(watched, thresholds).freshFor);
	return each.length > 0 ? Math.max(...each) : undefined;
}
