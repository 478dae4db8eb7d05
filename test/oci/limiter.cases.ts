import { RegistryError } from "../../lib/oci/errors";
import { Backoff } from "../../lib/oci/http/backoff";
import { Limiter } from "../../lib/oci/http/limiter";

/** So many requests answered with this latency, each with a place of its own. */
function answers(limiter: Limiter, count: number, latency: number): void {
	for (let i = 0; i < count; i++) {
		expect(limiter.acquire()).toBeUndefined();
		limiter.release("manifest", latency);
	}
}

describe("limiter", () => {
	test("gives places up to the ceiling, then in order", async () => {
		const limiter = new Limiter(2);
		expect(limiter.acquire()).toBeUndefined();
		expect(limiter.acquire()).toBeUndefined();
		const order: number[] = [];
		const third = limiter.acquire()?.then(() => order.push(3));
		const fourth = limiter.acquire()?.then(() => order.push(4));
		limiter.release("blob", 1);
		await third;
		expect(order).toEqual([3]);
		limiter.release("blob", 1);
		await fourth;
		expect(order).toEqual([3, 4]);
	});

	test("halves on a refusal, once for all that were under way", () => {
		const limiter = new Limiter(8);
		const sentAt = performance.now();
		limiter.throttle(sentAt, 0);
		expect(limiter.limit).toBe(4);
		limiter.throttle(sentAt - 1, 0);
		expect(limiter.limit).toBe(4);
		for (let i = 0; i < 4; i++) limiter.throttle(performance.now() + 1, 0);
		expect(limiter.limit).toBe(1);
	});

	test("recovers by one a window", () => {
		const limiter = new Limiter(8);
		limiter.throttle(performance.now(), 0);
		answers(limiter, 32 * 3, 10);
		expect(limiter.limit).toBe(7);
		answers(limiter, 32 * 5, 10);
		expect(limiter.limit).toBe(8);
	});

	test("shrinks where latency grows without throughput, and comes back", () => {
		const limiter = new Limiter(16);
		answers(limiter, 32, 10);
		answers(limiter, 32, 40);
		expect(limiter.limit).toBe(12);
		answers(limiter, 32 * 8, 40);
		expect(limiter.limit).toBe(4);
		answers(limiter, 32 * 20, 10);
		expect(limiter.limit).toBe(16);
	});

	test("latency that grows with throughput is no reason", () => {
		const limiter = new Limiter(8);
		limiter.throttle(performance.now(), 0);
		limiter.throttle(performance.now() + 1, 0);
		limiter.throttle(performance.now() + 2, 0);
		expect(limiter.limit).toBe(1);
		// measured on 2.8.2, bcrypt 5: 459/s with one, 842/s with eight
		answers(limiter, 32, 2.2);
		for (let i = 0; i < 10; i++)
			answers(limiter, 32, (limiter.limit / 842) * 1000);
		expect(limiter.limit).toBe(8);
	});

	test("kinds of work are not compared with each other", () => {
		const limiter = new Limiter(8);
		answers(limiter, 64, 1);
		for (let i = 0; i < 64; i++) {
			limiter.acquire();
			limiter.release("blob", 50);
		}
		expect(limiter.limit).toBe(8);
	});

	test("a pause holds everybody, and a shorter one does not end it", async () => {
		const limiter = new Limiter(4);
		limiter.throttle(performance.now(), 80);
		limiter.throttle(performance.now(), 5);
		const start = performance.now();
		await limiter.acquire();
		expect(performance.now() - start).toBeGreaterThan(60);
	});

	test("close turns away who waits", async () => {
		const limiter = new Limiter(1);
		limiter.acquire();
		const waiting = limiter.acquire();
		limiter.close(new Error("closed"));
		await expect(waiting).rejects.toThrow("closed");
	});
});

describe("backoff", () => {
	const failure = (kind: RegistryError["kind"], details = {}) =>
		new RegistryError(kind, "x", details);
	const slow = { cause: Object.assign(new Error(), { code: "ETIMEDOUT" }) };
	const delays = (error: RegistryError, random = 0) => {
		const backoff = new Backoff(() => random);
		return Array.from({ length: 7 }, (_, tries) => backoff.delay(error, tries));
	};
	const none = undefined;

	test("waits longer each time, and not for ever", () => {
		expect(delays(failure("network"))).toEqual([
			100,
			200,
			400,
			none,
			none,
			none,
			none,
		]);
		expect(delays(failure("network"), 1)).toEqual([
			200,
			400,
			800,
			none,
			none,
			none,
			none,
		]);
		expect(delays(failure("server-error"))).toEqual([
			50,
			100,
			200,
			none,
			none,
			none,
			none,
		]);
		expect(delays(failure("throttled"))).toEqual([
			250,
			500,
			1000,
			2000,
			4000,
			none,
			none,
		]);
		expect(delays(failure("network", slow))).toEqual([
			100,
			none,
			none,
			none,
			none,
			none,
			none,
		]);
	});

	test.each([
		"absent",
		"auth",
		"tls",
		"protocol",
		"deadline",
		"limit",
		"dns",
	] as const)("%s is final", (kind) => {
		expect(delays(failure(kind)).every((delay) => delay === none)).toBe(true);
	});

	test("a resolver that does not answer is asked again, a name that is not there is not", () => {
		const cause = (code: string) => ({
			cause: Object.assign(new Error(), { code }),
		});
		expect(delays(failure("dns", cause("EAI_AGAIN")))[0]).toBe(100);
		expect(delays(failure("dns", cause("ENOTFOUND")))[0]).toBe(none);
	});

	test("Retry-After is a floor", () => {
		expect(delays(failure("throttled", { retryAfter: 7000 }))[0]).toBe(7000);
		expect(delays(failure("throttled", { retryAfter: 7000 }), 1)[0]).toBe(7250);
	});

	test("a registry that always fails is not asked fourfold for long", () => {
		const backoff = new Backoff(() => 0);
		let retries = 0;
		for (let request = 0; request < 1000; request++)
			for (
				let tries = 0;
				backoff.delay(failure("server-error"), tries) !== undefined;
				tries++
			)
				retries++;
		expect(retries).toBe(50);
		for (let i = 0; i < 10; i++) backoff.succeeded();
		expect(backoff.delay(failure("server-error"), 0)).toBe(50);
	});
});
