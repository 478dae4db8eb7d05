import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { tellStory } from "./story";

const GUARD = resolve("dist/guard.mjs");

async function tell(guard: string, colours = false) {
	let text = "";
	const write = (more: string) => {
		text += more;
	};
	const code = await tellStory({ guard, write, colours });
	return { code, text };
}

describe("the demo", () => {
	const folder = mkdtempSync(join(tmpdir(), "registry-guard-demo-test-"));
	afterAll(() => rmSync(folder, { recursive: true }));

	/** A guard that writes this report and ends with this code, whatever it is asked. */
	const fake = (name: string, code: number, report: unknown) => {
		const file = join(folder, `${name}.mjs`);
		writeFileSync(
			file,
			`import { writeFileSync } from "node:fs";
			const at = process.argv[process.argv.indexOf("--report") + 1];
			writeFileSync(at, ${JSON.stringify(JSON.stringify(report))});
			process.exit(${code});`,
		);
		return file;
	};
	const clean = { outcome: "complete", findings: [], counts: {} };

	test("the real guard finds what a collection destroyed, and nothing before", async () => {
		const { code, text } = await tell(GUARD);
		expect([code, text]).toEqual([0, expect.stringContaining("What to do")]);
		expect(text).toMatch(/exit 0[\s\S]*exit 1[\s\S]*exit 1/);
		for (const tag of ["shop/api:v1.4.0", "shop/api:latest", "shop/web:v2.0.1"])
			expect(text.split(tag).length).toBeGreaterThan(2);
		expect(text).not.toContain("only-on-this-machine");
		expect(text).not.toContain("\x1b");
		for (const line of text.split("\n")) expect(line).toBe(line.trimEnd());
	});

	test("a guard that sees no damage fails the demo", async () => {
		const { code, text } = await tell(fake("blind", 0, clean));
		expect(code).toBe(1);
		expect(text).toContain(
			"The demo failed: exit code of guard probe: got 0, wanted 1",
		);
	});

	test("a guard that cries wolf fails the demo", async () => {
		const { code, text } = await tell(fake("wolf", 1, clean));
		expect([code, text]).toEqual([
			1,
			expect.stringContaining("got 1, wanted 0"),
		]);
	});

	test("a guard that was not built is named", async () => {
		const { code, text } = await tell(join(folder, "nothing.mjs"));
		expect(code).toBe(1);
		expect(text).toContain("nothing.mjs is not built: run npm run build:guard");
	});

	test("colours only where they are asked for", async () => {
		const { text } = await tell(fake("painted", 1, clean), true);
		expect(text).toContain("\x1b[31mThe demo failed\x1b[0m");
	});
});
