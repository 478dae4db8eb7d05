import { asRecord } from "../../oci/descriptor";
import { isDigest } from "../../oci/digest";
import { ParseError } from "../../oci/parse-error";
import { KINDS, OUTCOMES, PROBE_MODES, REASONS } from "../contract";
import type { View } from "./diagnosis";

function oneOf<T extends string>(choices: readonly T[], value: unknown): T {
	const found = choices.find((each) => each === value);
	if (found === undefined)
		throw new ParseError(`got no report, wanted one of ${choices.join(", ")}`);
	return found;
}

function textOf(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

/**
 * The part of a report of `guard probe --json` that a diagnosis needs.
 *
 * @throws ParseError where it is none
 */
export function parseHttpReport(value: unknown): View {
	const report = asRecord(value);
	if (report?.schema !== 1 || report.command !== "probe")
		throw new ParseError("got no report of a probe, wanted one of schema 1");
	if (!Array.isArray(report.findings))
		throw new ParseError("findings: got no list, wanted one");
	return {
		mode: oneOf(PROBE_MODES, report.mode),
		outcome: oneOf(OUTCOMES, report.outcome),
		findings: report.findings.map((each) => {
			const { repository, tags, digest, path, kind, reason, expected, got } =
				asRecord(each) ?? {};
			if (typeof repository !== "string" || !Array.isArray(tags))
				throw new ParseError("finding: got none, wanted repository and tags");
			return {
				repository,
				tags: tags.map(String),
				digest: isDigest(digest) ? digest : null,
				path: (Array.isArray(path) ? path : []).flatMap((step) => {
					const above = asRecord(step)?.digest;
					return isDigest(above) ? [{ digest: above }] : [];
				}),
				kind: oneOf(KINDS, kind),
				reason: oneOf(REASONS, reason),
				expected: textOf(expected),
				got: textOf(got),
			};
		}),
	};
}
