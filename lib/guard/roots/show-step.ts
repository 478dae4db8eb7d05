import type { Io } from "../io";
import { printable } from "../printable";
import type { Root } from "./root";

/** Says on stderr how far a command over many roots is: what is under way on a terminal, what has ended in every log. */
export function showStep(
	io: Io,
	total: number,
	done: string,
): {
	readonly begin: (root: Root) => void;
	readonly end: (root: Root, how: string) => void;
} {
	const busy = new Set<Root>();
	let count = 0;
	const show = () => {
		const names = [...busy].map(({ stack }) => printable(stack)).join(", ");
		io.progress?.(`${count}/${total} ${done}; ${names}`);
	};
	return {
		begin: (root) => {
			busy.add(root);
			show();
		},
		end: (root, how) => {
			busy.delete(root);
			count++;
			io.log(printable(`${count}/${total} ${root.stack}: ${how}`));
			if (count < total) show();
			else io.progress?.("");
		},
	};
}
