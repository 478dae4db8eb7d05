const ENTRY = /<([^<>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)/g;
const REL = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i;

/** The address of a Link header's `rel=next` (RFC 8288); undefined where there is none. */
export function nextLink(header: string | undefined): string | undefined {
	for (const [, address, parameters] of (header ?? "").matchAll(ENTRY)) {
		const [, quoted, bare] = REL.exec(parameters ?? "") ?? [];
		const relations = (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
		if (relations.includes("next")) return address;
	}
	return undefined;
}
