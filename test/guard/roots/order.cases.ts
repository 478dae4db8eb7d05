import { Gate } from "../../../lib/guard/roots/gate";
import { inOrder } from "../../../lib/guard/roots/in-order";
import type { Root } from "../../../lib/guard/roots/root";

const root = (stack: string): Root => ({
	stack,
	path: stack,
	folder: `/${stack}`,
	kind: "hcl",
});
const tick = () => new Promise((resolve) => setImmediate(resolve));

describe("inOrder", () => {
	const [a, b, c, d] = ["a", "b", "c", "d"].map(root) as [
		Root,
		Root,
		Root,
		Root,
	];
	const before = new Map([
		[b, [a]],
		[c, [a, b]],
	]);

	test("each after those before it, at most so many together, what fails stops only its own", async () => {
		const begun: string[] = [];
		const skipped: string[] = [];
		let busy = 0;
		let most = 0;
		await inOrder(
			[a, b, c, d],
			before,
			2,
			async ({ stack }) => {
				begun.push(stack);
				most = Math.max(most, ++busy);
				await tick();
				busy--;
				return stack !== "b";
			},
			(one, because) => skipped.push(`${one.stack} for ${because.stack}`),
		);
		expect(begun).toEqual(["a", "d", "b"]);
		expect(skipped).toEqual(["c for b"]);
		expect(most).toBe(2);
	});

	test("nothing to do is done; what throws is thrown", async () => {
		await inOrder(
			[],
			new Map(),
			1,
			async () => true,
			() => {},
		);
		const broken = inOrder(
			[a],
			new Map(),
			1,
			async () => {
				throw new Error("ours");
			},
			() => {},
		);
		await expect(broken).rejects.toThrow("ours");
	});
});

test("Gate: many together, one alone, in the order of coming, also after one that failed", async () => {
	const gate = new Gate();
	const log: string[] = [];
	const run = (name: string) => async () => {
		log.push(`+${name}`);
		await tick();
		log.push(`-${name}`);
	};
	await Promise.all([
		gate.together(run("a")),
		gate.together(run("b")),
		gate.alone(run("c")),
		gate
			.alone(async () => {
				throw new Error("x");
			})
			.catch(() => {}),
		gate.together(run("d")),
		gate.together(run("e")),
	]);
	expect(log.join(" ")).toBe("+a +b -a -b +c -c +d +e -d -e");
});
