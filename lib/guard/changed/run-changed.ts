import type { ChangedConfig } from "../config";
import { EXIT, type ExitCode } from "../contract";
import type { Io } from "../io";
import { printableJson } from "../printable";
import { asText } from "../text";
import { AppliedFile } from "./applied";
import { GitError } from "./git";
import { planChanged } from "./plan-changed";

/** `guard changed`: the roots that are not as they were when they were last applied, in the order to apply them in. */
export async function runChanged(
	config: ChangedConfig,
	io: Io,
): Promise<ExitCode> {
	try {
		const applied = new AppliedFile(config.applied, io);
		const { base, states, before } = await planChanged(config, applied, io);
		const changed = states.filter(({ because }) => because.length > 0);
		io.out(
			config.output === "json"
				? printableJson({
						schema: 1,
						version: io.version,
						command: "changed",
						base,
						roots: changed.map(({ root, because, base: itsBase }) => ({
							path: root.path,
							stack: root.stack,
							base: itsBase,
							because,
							after: (before.get(root) ?? []).map(({ path }) => path),
						})),
					})
				: asText(changed.map(({ root }) => root.path)),
		);
		return EXIT.clean;
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
		io.log(error.message);
		return EXIT.couldNotLook;
	}
}
