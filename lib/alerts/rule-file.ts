import type { AlertGroup } from "./alert";
import { ruleGroup } from "./rule-group";
import { renderYaml } from "./yaml";

/** A Prometheus rule file. */
export function renderRuleFile(
	group: AlertGroup,
	header?: readonly string[],
): string {
	return renderYaml({ groups: [ruleGroup(group)] }, header);
}
