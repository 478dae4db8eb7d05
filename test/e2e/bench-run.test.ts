import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measure, run } from "../../bench/run";

describe("runs", () => {
	const folder = mkdtempSync(join(tmpdir(), "registry-guard-run-"));
	afterAll(() => rmSync(folder, { recursive: true }));
	const script = (name: string, text: string) => {
		const file = join(folder, `${name}.mjs`);
		writeFileSync(file, text);
		return file;
	};

	test("an exit code is a result, both texts are kept, the environment is only what was given", async () => {
		const file = script(
			"talk",
			"console.log(JSON.stringify([process.env.GIVEN, process.env.JEST_WORKER_ID])); console.error('said'); process.exit(3)",
		);
		const env = { GIVEN: "yes" };
		const done = await run(process.execPath, [file, "x"], { env });
		expect(done).toMatchObject({ code: 3, stderr: "said\n" });
		expect(JSON.parse(done.stdout)).toEqual(["yes", null]);
		expect(done.seconds).toBeGreaterThan(0);
	});

	test("a measured program tells its peak memory, also what it has freed since", async () => {
		const small = await measure(script("small", ""), []);
		const large = await measure(
			script("large", "Buffer.alloc(100 << 20, 1).length"),
			[],
		);
		expect(large.peakMiB - small.peakMiB).toBeGreaterThan(80);
		expect(large.cpuSeconds).toBeGreaterThan(0);
	});

	test("a program that was killed has no figures", async () => {
		const file = script("killed", "process.kill(process.pid, 'SIGKILL')");
		await expect(measure(file, [])).rejects.toThrow("without its own exit");
	});

	test("a program that is not there is an error", async () => {
		await expect(run(join(folder, "nothing"), [])).rejects.toThrow("ENOENT");
	});
});
