import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again until `holds` does, and returns the answer.
 *
 * @throws Error with the last answer when the time is over.
 */
export async function eventually<T>(
	what: string,
	ask: () => Promise<T>,
	holds: (answer: T) => boolean,
	seconds = 20,
): Promise<T> {
	const until = Date.now() + seconds * 1000;
	for (;;) {
		const answer = await ask();
		if (holds(answer)) return answer;
		if (Date.now() > until)
			throw new Error(
				`${what}: not within ${seconds} s, at last ${JSON.stringify(answer, null, 1)}`,
			);
		await sleep(100);
	}
}
