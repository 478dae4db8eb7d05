import type { Report, Sight } from "./finding";

/** What a report says besides what was seen. */
export interface ReportFrame {
	readonly version: string;
	readonly command: Report["command"];
	/** Origin; null where `verify` named several. */
	readonly registry: string | null;
	readonly instance: string | null;
	readonly mode: Report["mode"];
	/** Milliseconds since the epoch, both. */
	readonly started: number;
	readonly finished: number;
	/** null: no push was asked for. */
	readonly pushed: boolean | null;
}

/** The report, schema 1, fields in the schema's order and no others: a sight may carry more than the report has. */
export function reportOf(
	frame: ReportFrame,
	sight: Sight &
		Pick<Report, "targets" | "untagged" | "orphanLayerLinks" | "diagnoses">,
): Report {
	const { version, command, registry, instance, mode, pushed } = frame;
	return {
		schema: 1,
		version,
		command,
		registry,
		instance,
		mode,
		started: new Date(frame.started).toISOString(),
		durationSeconds: secondsOf(frame),
		outcome: sight.outcome,
		pushed,
		counts: sight.counts,
		findings: sight.findings,
		inconclusive: sight.inconclusive,
		...(sight.targets && { targets: sight.targets }),
		...(sight.untagged && { untagged: sight.untagged }),
		...(sight.orphanLayerLinks && {
			orphanLayerLinks: sight.orphanLayerLinks,
		}),
		...(sight.diagnoses && { diagnoses: sight.diagnoses }),
	};
}

/** Clocks may be set back while a run is under way. */
export function secondsOf(frame: {
	readonly started: number;
	readonly finished: number;
}): number {
	return Math.max(0, frame.finished - frame.started) / 1000;
}
