import type { ComposeService } from "./compose-service";
import type { Place, Report } from "./host-rules";
import { lintHostHeader } from "./lint-host-header";
import { lintNginxMetrics } from "./lint-nginx-metrics";
import { lintUpstreams } from "./lint-upstreams";
import { doorsOf, type NginxFile } from "./nginx-doors";
import { directivesOf } from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";
import type { RegistryView } from "./registry-view";

/** What is wrong with an nginx configuration, with as much of the services around it as the set shows. */
export function lintNginx(
	nginx: NginxFile,
	nginxes: readonly NginxFile[],
	services: readonly ComposeService[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	const all = [...directivesOf(nginx.directives)];
	const doors = doorsOf(nginx, nginxes, services);
	const placeOf = (directive: NginxDirective): Place => ({
		file: directive.file ?? nginx.file,
		line: directive.line,
	});
	lintUpstreams(all, placeOf, report);
	for (const placed of all) {
		const { name, args } = placed.directive;
		lintHostHeader(placed, all, doors, services, placeOf, report);
		lintNginxMetrics(placed, all, doors, registries, placeOf, report);
		if (
			name === "proxy_cache_path" &&
			!args.some((each) => /^(max_size|min_free)=[1-9]/.test(each))
		)
			report(
				"cache-without-eviction",
				placeOf(placed.directive),
				`got proxy_cache_path ${args[0] ?? ""} without max_size`,
				"add max_size=50g (and inactive=24h: the default is ten minutes)",
			);
	}
}
