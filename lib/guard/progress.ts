import type { Io } from "./io";

/** A line that is rewritten more often than this only costs time. */
const EVERY = 200;

/** How far a look is; the total where it is known. */
interface Progress {
	readonly repositories: number;
	readonly repositoriesTotal?: number;
	readonly tags: number;
	readonly findings: number;
}

/** The progress line of a look; does nothing where stderr is no terminal. */
export function showProgress(io: Io): {
	readonly show: (progress: Progress) => void;
	readonly clear: () => void;
} {
	const { progress } = io;
	if (!progress) return { show: () => {}, clear: () => {} };
	let last = -Infinity;
	return {
		show: ({ repositories, repositoriesTotal, tags, findings }) => {
			if (io.now() - last < EVERY) return;
			last = io.now();
			const all =
				repositoriesTotal === undefined ? "" : `/${repositoriesTotal}`;
			progress(
				`${repositories}${all} repositories, ${tags} tags, ${findings} findings`,
			);
		},
		clear: () => progress(""),
	};
}
