/** The end of a run belongs to the second look: a tenth of it, at most half a minute. */
const SHARE = 0.1;
const MOST = 30_000;

/** When nothing new is begun any more, milliseconds since the epoch as is the deadline. */
export function walkUntil(deadline: number): number {
	return (
		deadline - Math.max(0, Math.min(MOST, (deadline - Date.now()) * SHARE))
	);
}
