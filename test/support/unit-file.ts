/** Values of a key in a section of a systemd unit, in their order. */
export function unitValues(
	text: string,
	section: string,
	key: string,
): readonly string[] {
	const body = text.split(`[${section}]\n`)[1]?.split(/^\[/m)[0] ?? "";
	return body
		.split("\n")
		.filter((line) => line.startsWith(`${key}=`))
		.map((line) => line.slice(key.length + 1));
}
