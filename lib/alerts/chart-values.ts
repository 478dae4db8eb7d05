import { renderYaml } from "../yaml";
import type { AlertGroup } from "./alert";
import { type InhibitRule, inhibitRules } from "./inhibition";
import { type PrometheusRuleGroup, ruleGroups } from "./rule-group";
import type { ScrapeConfig } from "./scrape-configs";

/** Values of the prometheus-community/prometheus chart that carry rules and inhibition. */
export interface AlertChartValues {
	readonly serverFiles: {
		readonly "alerting_rules.yml": {
			readonly groups: readonly PrometheusRuleGroup[];
		};
	};
	readonly alertmanager: {
		readonly config: { readonly inhibit_rules: readonly InhibitRule[] };
	};
}

/** The chart writes these with `toYaml`, so that the rules' own templates stay as they are. */
export function alertChartValues(
	groups: AlertGroup | readonly AlertGroup[],
): AlertChartValues {
	return {
		serverFiles: { "alerting_rules.yml": { groups: ruleGroups(groups) } },
		alertmanager: { config: { inhibit_rules: inhibitRules() } },
	};
}

/** The chart takes further scrape configs as one text, and runs it through `tpl`. */
export function scrapeChartValues(configs: readonly ScrapeConfig[]): {
	readonly extraScrapeConfigs: string;
} {
	const text = renderYaml(configs).replaceAll("{{", '{{ "{{" }}');
	return { extraScrapeConfigs: text };
}
