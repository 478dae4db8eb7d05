/** Waits that keep the process alive (nothing else may) and that end at once on `close`. */
export class Sleep {
	private readonly sleepers = new Set<() => void>();

	for(milliseconds: number): Promise<void> {
		return new Promise((resolve) => {
			const wake = () => {
				clearTimeout(timer);
				this.sleepers.delete(wake);
				resolve();
			};
			const timer = setTimeout(wake, milliseconds);
			this.sleepers.add(wake);
		});
	}

	close(): void {
		for (const wake of this.sleepers) wake();
	}
}
