import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import type { Inputs } from "../inputs";

/** How Terraform is started. */
export interface Tools {
	/** Words of its command line. */
	readonly terraform: readonly string[];
	/** The same for roots with a terragrunt.hcl. */
	readonly terragrunt: readonly string[];
	/** Milliseconds for one command in one root. */
	readonly timeout: number;
	/** Roots that are worked at together. */
	readonly parallel: number;
}

const DEFAULT_TIMEOUT = 30 * 60_000;
const DEFAULT_PARALLEL = 4;

function isOnPath(program: string, path: string): boolean {
	return path.split(delimiter).some((folder) => {
		try {
			accessSync(join(folder || ".", program), constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** A path is made absolute: programs are started in the folder of their root. */
function words(text: string): readonly string[] {
	const [program = "", ...args] = text.split(/\s+/);
	return [program.includes("/") ? resolve(program) : program, ...args];
}

export function readTools(inputs: Inputs): Tools {
	const path = inputs.system("PATH");
	const isTofu = !isOnPath("terraform", path) && isOnPath("tofu", path);
	const given = inputs.given("terraform")?.text;
	return {
		terraform: words(given ?? (isTofu ? "tofu" : "terraform")),
		terragrunt: words(inputs.given("terragrunt")?.text ?? "terragrunt"),
		timeout: inputs.duration("timeout") ?? DEFAULT_TIMEOUT,
		parallel: inputs.integer("parallel", 1, 64) ?? DEFAULT_PARALLEL,
	};
}
