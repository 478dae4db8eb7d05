import fc from "fast-check";
import { parseAuthFile } from "../../lib/guard/auth-file";
import { parseCommandLine } from "../../lib/guard/command-line";
import { COMMANDS, OPTIONS, type Option } from "../../lib/guard/contract";
import { parseSample, renderExposition } from "../../lib/guard/exposition";
import { parseConfig } from "../../lib/guard/parse-config";
import { printable } from "../../lib/guard/printable";
import { groupPath } from "../../lib/guard/push-group";
import { UsageError } from "../../lib/guard/usage-error";

const options: readonly Option[] = Object.values(OPTIONS);
const text = fc.string({ unit: "binary" });

test("exposition: what is rendered is read back, whatever the labels hold", () => {
	const labels = fc.dictionary(
		fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/),
		text,
	);
	fc.assert(
		fc.property(labels, fc.double({ noNaN: true }), (labels, value) => {
			const lines = renderExposition([
				{ name: "m", help: "h", series: [{ labels, value }] },
			]).split("\n");
			expect(lines).toHaveLength(4);
			const sample = parseSample(lines[2] ?? "");
			expect({ ...sample?.labels }).toEqual({ ...labels });
			expect(sample?.value).toBe(value === 0 ? 0 : value);
		}),
	);
});

test("exposition: any line is a sample, nothing, or a clear error", () => {
	const line = fc.oneof(text, fc.stringMatching(/^m\{[a-z]="[^\n]*$/));
	fc.assert(
		fc.property(line, (line) => {
			try {
				parseSample(line);
			} catch (error) {
				expect(String(error)).toMatch(/exposition: got/);
			}
		}),
	);
});

test("exposition: a line that never closes costs no more than its length", () => {
	const began = Date.now();
	for (const line of [
		`m{${'a="1",'.repeat(20_000)}`,
		`m{a="${"\\".repeat(60_000)}`,
		`m{a="${'\\"'.repeat(30_000)}`,
		`m${" ".repeat(60_000)}x`,
	])
		expect(() => parseSample(line)).toThrow(/exposition: got/);
	expect(Date.now() - began).toBeLessThan(2000);
});

test("group path: any label value makes a clean path that reads back", () => {
	fc.assert(
		fc.property(text, (value) => {
			const path = groupPath({ job: "j", instance: value });
			expect(new URL(`http://h${path}`).pathname).toBe(path);
			const [, name = "", segment = ""] =
				/^\/metrics\/job\/j\/(instance[^/]*)\/([^/]+)$/.exec(path) ?? [];
			const decoded = name.endsWith("@base64")
				? Buffer.from(segment, "base64url").toString()
				: segment;
			expect(decoded).toBe(Buffer.from(value).toString());
		}),
	);
});

test("command line and environment: a configuration or mistakes, never a crash, never a secret", () => {
	const SECRET = "s3cret-value";
	const flags = options.flatMap(({ flag }) => (flag ? [`--${flag}`] : []));
	const names = options.flatMap(({ env }) => env ?? []);
	const value = fc.oneof(
		text,
		fc.constantFrom(
			"1",
			"0/2",
			"10m",
			"https://r.example.com",
			`https://u:${SECRET}@r.example.com/x`,
			`http://${SECRET}@pgw`,
			`u:${SECRET}@r.example.com/a:1`,
			"r.example.com/a:1",
			"true",
			"/file",
		),
	);
	const word = fc.oneof(
		fc.constantFrom(...Object.keys(COMMANDS), ...flags),
		value,
	);
	const environment = fc.dictionary(fc.constantFrom(...names), value);
	fc.assert(
		fc.property(fc.array(word, { maxLength: 8 }), environment, (argv, env) => {
			try {
				parseConfig(
					parseCommandLine(argv),
					{ ...env, REG_USER: "u", REG_PASS: SECRET },
					() => `{"auths":{"r.example.com":{"auth":"${SECRET}"}}`,
				);
			} catch (error) {
				expect(error).toBeInstanceOf(UsageError);
				const { message } = error as UsageError;
				expect(message).not.toBe("");
				expect(message).not.toContain("s3cret");
				expect(message.replaceAll("\n", "")).toBe(printable(message));
			}
		}),
		{ numRuns: 200 },
	);
});

test("auth file: any JSON is an answer or an error without a byte of it", () => {
	const host = "r.example.com";
	const entry = fc.oneof(
		fc.jsonValue(),
		fc.record({ auth: fc.oneof(text, fc.base64String()) }),
	);
	const file = fc.record(
		{
			auths: fc.dictionary(fc.constantFrom(host, "x"), entry),
			credsStore: fc.jsonValue(),
			credHelpers: fc.jsonValue(),
		},
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(
			fc.oneof(
				fc.json(),
				file.map((each) => JSON.stringify(each)),
				text,
			),
			(text) => {
				try {
					const found = parseAuthFile(text).entry(host);
					if (found && "credentials" in found)
						expect(found.credentials).toEqual({
							user: expect.any(String),
							password: expect.any(String),
						});
				} catch (error) {
					expect((error as Error).message).toMatch(
						/^(not JSON|not a JSON object|its (auths|credHelpers) is not an object)$/,
					);
				}
			},
		),
		{ numRuns: 150 },
	);
});
