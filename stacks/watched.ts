import type { WatchedRegistry } from "../lib/alerts/watch";
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
			shards: probe.shards,
			tagsPerRepo: probe.tagsPerRepo,
		}));
}
