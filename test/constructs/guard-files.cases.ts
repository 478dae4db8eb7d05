import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { guardFiles } from "../../lib/constructs/guard-files";
import { CA } from "./synthesized";

describe("guardFiles", () => {
	test("is the built bundle, byte for byte", () => {
		const { data } = guardFiles(undefined);
		expect(Object.keys(data)).toEqual(["guard.mjs"]);
		expect(data["guard.mjs"]).toBe(readFileSync("dist/guard.mjs", "utf8"));
	});

	test("carries the CA as it is, and its hash changes with it", () => {
		const without = guardFiles(undefined);
		const withCa = guardFiles(CA);
		expect(withCa.data["ca.pem"]).toBe(CA);
		expect(withCa.sha256).toMatch(/^[0-9a-f]{64}$/);
		expect(withCa.sha256).not.toBe(without.sha256);
		expect(withCa.sha256).toBe(guardFiles(CA).sha256);
		expect(without.sha256).toBe(
			createHash("sha256").update(JSON.stringify(without.data)).digest("hex"),
		);
	});

	test.each([
		["nothing like it", "x"],
		["nothing", ""],
		["an unsound one beside a sound one", `${CA}${CA.replace(/MII/, "MIX")}`],
		["a private key beside it", `${CA}-----BEGIN RSA PRIVATE KEY-----\n`],
	])("refuses %s as CA", (_, ca) => {
		expect(() => guardFiles(ca)).toThrow(
			"registry.ca: got something else, wanted a PEM bundle of certificates, each of them sound, without any private key",
		);
	});

	test("refuses what no ConfigMap can hold", () => {
		expect(() => guardFiles(CA.repeat(800))).toThrow(
			/^registry\.ca: got \d+ bytes together with the guard, wanted at most 1048576$/,
		);
	});

	test("says how to build a bundle that is absent", () => {
		jest.isolateModules(() => {
			jest.doMock("node:fs", () => ({
				readFileSync: () => {
					throw new Error("ENOENT");
				},
			}));
			const isolated = require("../../lib/constructs/guard-files");
			expect(() => isolated.guardFiles(undefined)).toThrow(
				/^guard: got no bundle at .*guard\.mjs, wanted it built: npm run build:guard$/,
			);
			jest.dontMock("node:fs");
		});
	});
});
