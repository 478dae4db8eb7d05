import { renderYaml } from "../yaml";
import type { AlertGroup } from "./alert";
import { ruleGroups } from "./rule-group";

/** A Prometheus rule file. */
export function renderRuleFile(
	groups: AlertGroup | readonly AlertGroup[],
	header?: readonly string[],
): string {
	return renderYaml({ groups: ruleGroups(groups) }, header);
}
