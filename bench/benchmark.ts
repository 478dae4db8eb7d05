import type { Table } from "./markdown";

/** One measured number beside what was wanted. */
export interface Figure {
	readonly name: string;
	readonly value: number;
	/** Decimals to print. @default 2 */
	readonly digits?: number;
	/** `s`, `MiB`, `requests`; ratios have none. */
	readonly unit?: string;
	/** The target; absent where the figure is only told. */
	readonly atMost?: number;
	readonly exactly?: number;
}

export interface Result {
	/** How it was measured, one sentence each. */
	readonly circumstances: readonly string[];
	readonly figures: readonly Figure[];
	readonly tables?: readonly Table[];
}

export interface Benchmark {
	readonly name: string;
	readonly about: string;
	/** Programs it cannot run without, by the name people type. */
	readonly needs: readonly string[];
	/** `log` is for progress, on stderr. */
	run(log: (line: string) => void): Promise<Result>;
}

/** undefined: nothing was demanded. */
export function isMet(figure: Figure): boolean | undefined {
	if (figure.exactly !== undefined) return figure.value === figure.exactly;
	if (figure.atMost !== undefined) return figure.value <= figure.atMost;
	return undefined;
}
