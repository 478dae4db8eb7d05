import { renderYaml } from "../yaml";
import type { AlertGroup } from "./alert";
import { ruleGroup } from "./rule-group";

/** A Prometheus rule file. */
export function renderRuleFile(
	group: AlertGroup,
	header?: readonly string[],
): string {
	return renderYaml({ groups: [ruleGroup(group)] }, header);
}
