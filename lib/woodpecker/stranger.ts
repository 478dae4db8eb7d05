import { renderYaml } from "../yaml";
import { type ParsedWorkflow, parseWorkflow } from "./parse";
import { renderConditions } from "./render-condition";
import type { Condition } from "./workflow";

/** A workflow of the folder that is not generated, as far as it concerns the others. */
export interface Stranger {
	/** The file's name without `.yml`. */
	readonly name: string;
	readonly when: readonly Condition[];
}

/**
 * A stranger as its file would be read: it takes part in the trigger matrix and in the rules about the whole folder.
 *
 * @throws Error for a guard that is none.
 */
export function parseStranger({ name, when }: Stranger): ParsedWorkflow {
	const text = renderYaml({ when: renderConditions(when) });
	return parseWorkflow(`${name}.yml`, text);
}
