import { inhibitRules } from "../../lib/alerts/inhibition";
import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { renderRuleFile } from "../../lib/alerts/rule-file";
import { scrapeConfigs } from "../../lib/alerts/scrape-configs";
import type { WatchedRegistry } from "../../lib/alerts/watch";
import { Alertmanager } from "./alertmanager";
import { eventually } from "./eventually";
import type { Lab } from "./lab";
import { Prometheus } from "./prometheus";

/** An hour of waiting passes in six seconds. */
export const TIME_SCALE = 600;

/**
 * Prometheus and Alertmanager with what the library renders: scrape config, rules and inhibition. Only the waiting
 * times (`for`) are scaled; every expression, with its own windows and thresholds, is what users get.
 */
export async function startMonitoring(
	lab: Lab,
	programs: { readonly prometheus: string; readonly alertmanager: string },
	pushgateway: string,
	registries: readonly WatchedRegistry[],
): Promise<{ prometheus: Prometheus; alertmanager: Alertmanager }> {
	const { name, rules } = integrityAlerts({
		registries,
		runbookBase: "https://runbooks.lab.test/",
	});
	const scaled = rules.map((rule) => ({
		...rule,
		for: Math.ceil(rule.for / TIME_SCALE),
	}));
	const alertmanager = await Alertmanager.start(
		lab,
		programs.alertmanager,
		inhibitRules(),
	);
	const prometheus = await Prometheus.start(lab, {
		program: programs.prometheus,
		scrapeConfigs: scrapeConfigs({
			pushgateway,
			registries: registries.map(({ registry }) => registry),
		}),
		rules: renderRuleFile({ name, rules: scaled }),
		alertmanager: alertmanager.host,
	});
	// the rules are evaluated before the first scrape: until then nothing ever ran
	await eventually(
		"first scrape",
		() => prometheus.query('up{job="pushgateway"} == 1'),
		(series) => series.length === 1,
	);
	return { prometheus, alertmanager };
}
