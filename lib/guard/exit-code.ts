import { EXIT, type ExitCode, type Outcome } from "./contract";

export interface Ending {
	/** A push was wanted and failed, or a report could not be written. */
	readonly isUnpublished: boolean;
	readonly findings: number;
	readonly outcome: Outcome;
	/** Findings do not count. */
	readonly exitZero: boolean;
}

/** The exit code of a walk: an unpublished result before findings before an incomplete look. */
export function exitCodeOf(ending: Ending): ExitCode {
	const { isUnpublished, findings, outcome, exitZero } = ending;
	if (isUnpublished) return EXIT.couldNotLook;
	if (findings > 0 && !exitZero) return EXIT.findings;
	return outcome === "complete" ? EXIT.clean : EXIT.couldNotLook;
}
