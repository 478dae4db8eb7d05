export interface Paint {
	readonly bold: (text: string) => string;
	readonly dim: (text: string) => string;
	readonly red: (text: string) => string;
	readonly green: (text: string) => string;
}

/** Terminal colours, or nothing at all. */
export function paint(colours: boolean): Paint {
	const wrap = (code: number) => (text: string) =>
		colours ? `\x1b[${code}m${text}\x1b[0m` : text;
	return { bold: wrap(1), dim: wrap(2), red: wrap(31), green: wrap(32) };
}
