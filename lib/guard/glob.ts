/**
 * Makes a test for repository names out of a glob: `*` stops at a slash, `**` does not, everything else is itself.
 * Rows of reachable positions instead of a regular expression: its time is the product of both lengths, for any glob.
 */
export function parseGlob(glob: string): (name: string) => boolean {
	const parts = glob.match(/\*\*+|[\s\S]/g) ?? [];
	return (name) => {
		let at: boolean[] = new Array(name.length + 1).fill(false);
		at[0] = true;
		for (const part of parts) {
			const next: boolean[] = new Array(at.length).fill(false);
			for (let i = 0; i < at.length; i++) {
				const came = i > 0 && next[i - 1] === true;
				if (part === "*")
					next[i] = at[i] === true || (came && name[i - 1] !== "/");
				else if (part[0] === "*") next[i] = at[i] === true || came;
				else next[i] = i > 0 && at[i - 1] === true && name[i - 1] === part;
			}
			at = next;
		}
		return at[name.length] === true;
	};
}
