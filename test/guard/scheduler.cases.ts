import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "../../lib/guard/queue";
import { Scheduler } from "../../lib/guard/scheduler";

/** A source of so many tasks of a millisecond, each noted when it begins. */
function source(name: string, count: number, begun: string[]) {
	let left = count;
	return () => {
		if (left === 0) return undefined;
		left--;
		begun.push(name);
		return sleep(1);
	};
}

test("who came first goes first, nobody waits while there is a place", async () => {
	const scheduler = new Scheduler(3);
	const begun: string[] = [];
	const ended: string[] = [];
	await Promise.all(
		[
			["a", 4],
			["b", 5],
			["c", 1],
		].map(([name, count]) =>
			scheduler
				.run(source(String(name), Number(count), begun))
				.then(() => ended.push(String(name))),
		),
	);
	expect(begun.join("")).toBe("aaaabbbbbc");
	expect(ended[0]).toBe("a");
});

test("a task may bring more, also when the source had none left", async () => {
	const tasks = new Queue<number>();
	tasks.add(3);
	const done: number[] = [];
	await new Scheduler(2).run(() => {
		const task = tasks.take();
		if (task === undefined) return undefined;
		return sleep(1).then(() => {
			done.push(task);
			for (let i = 0; i < task; i++) tasks.add(i);
		});
	});
	expect(done).toHaveLength(8);
});

test("a source without tasks ends at once", async () => {
	await new Scheduler(1).run(() => undefined);
});

test("what a task throws ends its source and no other", async () => {
	const scheduler = new Scheduler(2);
	let asked = 0;
	const bad = scheduler.run(() => {
		asked++;
		return Promise.reject(new Error("a bug"));
	});
	const begun: string[] = [];
	const good = scheduler.run(source("good", 5, begun));
	await expect(bad).rejects.toThrow("a bug");
	await good;
	expect(begun).toHaveLength(5);
	expect(asked).toBeLessThanOrEqual(2);
});

test("a queue gives what it took, in order", () => {
	const queue = new Queue<number>();
	const out: (number | undefined)[] = [];
	for (let i = 0; i < 5; i++) queue.add(i);
	out.push(queue.take(), queue.take());
	queue.add(5);
	while (queue.length > 0) out.push(queue.take());
	expect([...out, queue.take()]).toEqual([0, 1, 2, 3, 4, 5, undefined]);
});
