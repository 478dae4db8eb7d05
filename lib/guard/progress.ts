import type { Io } from "./io";
import type { ProbeProgress } from "./probe";

/** A line that is rewritten more often than this only costs time. */
const EVERY = 200;

/** The progress line of a probe; does nothing where stderr is no terminal. */
export function showProgress(io: Io): {
	readonly show: (progress: ProbeProgress) => void;
	readonly clear: () => void;
} {
	const { progress } = io;
	if (!progress) return { show: () => {}, clear: () => {} };
	let last = -Infinity;
	return {
		show: ({ repositories, repositoriesTotal, tags, findings }) => {
			if (io.now() - last < EVERY) return;
			last = io.now();
			progress(
				`${repositories}/${repositoriesTotal} repositories, ${tags} tags, ${findings} findings`,
			);
		},
		clear: () => progress(""),
	};
}
