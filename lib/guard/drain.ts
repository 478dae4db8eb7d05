/**
 * Runs tasks `width` at a time until `take` has none left and none is under way. `take` is asked again whenever a task
 * ends, so tasks may make tasks.
 *
 * @throws what a task throws; nothing new is taken after that
 */
export function drain(
	width: number,
	take: () => Promise<void> | undefined,
): Promise<void> {
	return new Promise((resolve, reject) => {
		let active = 0;
		let failed = false;
		const fail = (error: unknown) => {
			failed = true;
			reject(error);
		};
		const next = () => {
			while (active < width && !failed) {
				const task = take();
				if (!task) break;
				active++;
				task.then(() => {
					active--;
					next();
				}, fail);
			}
			if (active === 0 && !failed) resolve();
		};
		next();
	});
}
