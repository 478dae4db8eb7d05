import { renderGuard } from "./guard";
import { present } from "./present";
import type { PathFilter, StepCondition } from "./workflow";

/** A `when`, as Woodpecker's schema has it. */
export function renderConditions(
	items: readonly StepCondition[],
): readonly object[] {
	return items.map(condition);
}

function condition(item: StepCondition): object {
	const { variables, path, ...rest } = item as StepCondition & {
		readonly path?: readonly string[] | PathFilter;
	};
	const { event, ...filters } = rest;
	return present({
		event,
		...filters,
		path: isPathFilter(path)
			? present({
					include: path.include,
					exclude: path.exclude,
					ignore_message: path.ignoreMessage,
					on_empty: path.onEmpty,
				})
			: path,
		evaluate: variables && renderGuard(variables),
	});
}

function isPathFilter(
	path: readonly string[] | PathFilter | undefined,
): path is PathFilter {
	return path !== undefined && !Array.isArray(path);
}
