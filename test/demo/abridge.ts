const DIGEST = /(sha256:[0-9a-f]{12})[0-9a-f]{52}/g;

/**
 * The guard's text for a first look: digests cut short, what to do only under the first finding (it is alike under the
 * others), and a line that says so.
 */
export function abridge(text: string): string[] {
	const lines: string[] = [];
	let findings = 0;
	let left = 0;
	for (const line of text.trimEnd().split("\n")) {
		if (line.startsWith("BROKEN")) findings++;
		if (line.startsWith("  ") && findings > 1) left++;
		else lines.push(line.replace(DIGEST, "$1..").trimEnd());
	}
	if (left > 0)
		lines.push(`(abridged: ${left} lines with the commands for the others)`);
	return lines;
}
