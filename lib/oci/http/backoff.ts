import type { RegistryError } from "../errors";
import { codeOf } from "./failure";

/** Tries beyond the first and the wait before the first of them, doubled each time. */
const PLAN = {
	throttled: { retries: 5, wait: 500 },
	"server-error": { retries: 3, wait: 100 },
	network: { retries: 3, wait: 200 },
	dns: { retries: 3, wait: 200 },
} as const;
/** A request that already cost a whole idle timeout is tried once more, not three times. */
const RETRIES_AFTER_SILENCE = 1;
const LONGEST = 30_000;

/** Fifty retries, and one more for every ten answers: a registry that fails always is not asked fourfold. */
const COST = 10;
const BUDGET = 50 * COST;

/** Decides whether and when a failed request is tried again. */
export class Backoff {
	private budget = BUDGET;
	private readonly random: () => number;

	constructor(random: () => number = Math.random) {
		this.random = random;
	}

	succeeded(): void {
		this.budget = Math.min(BUDGET, this.budget + 1);
	}

	/**
	 * Milliseconds to wait before the next try, undefined for none. Retry-After is a floor, jitter comes on top.
	 *
	 * @param tries Retries so far.
	 */
	delay(failure: RegistryError, tries: number): number | undefined {
		const { kind, cause, retryAfter } = failure;
		if (!Object.hasOwn(PLAN, kind)) return;
		const plan = PLAN[kind as keyof typeof PLAN];
		// a name that does not exist stays so; a resolver that does not answer may
		if (kind === "dns" && codeOf(cause) !== "EAI_AGAIN") return;
		const isSilence = codeOf(cause) === "ETIMEDOUT";
		if (tries >= (isSilence ? RETRIES_AFTER_SILENCE : plan.retries)) return;
		if (kind !== "throttled") {
			if (this.budget < COST) return;
			this.budget -= COST;
		}
		const step = Math.min(LONGEST, plan.wait * 2 ** tries);
		if (retryAfter !== undefined)
			return retryAfter + (plan.wait / 2) * this.random();
		return step * (0.5 + this.random() / 2);
	}
}
