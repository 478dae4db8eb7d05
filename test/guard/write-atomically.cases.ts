import {
	lstatSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeAtomically } from "../../lib/guard/write-atomically";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "report-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

test("writes a new file and replaces an old one, and leaves nothing beside it", () => {
	writeAtomically(file("a"), "one");
	expect(readFileSync(file("a"), "utf8")).toBe("one");
	writeAtomically(file("a"), "two");
	expect(readFileSync(file("a"), "utf8")).toBe("two");
	expect(readdirSync(folder)).toEqual(["a"]);
});

test("what is for all can be read by all, and nothing else, under a closed umask", () => {
	const umask = process.umask(0o077);
	try {
		writeAtomically(file("state"), "x");
		writeAtomically(file("metrics.prom"), "x", true);
		writeAtomically(file("metrics.prom"), "y", true);
	} finally {
		process.umask(umask);
	}
	const mode = (name: string) => statSync(file(name)).mode & 0o777;
	expect([mode("state"), mode("metrics.prom")]).toEqual([0o600, 0o644]);
});

test("what a link points at is replaced, not the link", () => {
	writeFileSync(file("target"), "old");
	symlinkSync("target", file("link"));
	writeAtomically(file("link"), "new");
	expect(lstatSync(file("link")).isSymbolicLink()).toBe(true);
	expect(readFileSync(file("target"), "utf8")).toBe("new");
});

test("no folder, or a folder in its place: an error, and nothing is left", () => {
	expect(() => writeAtomically(file("no/such"), "x")).toThrow(/ENOENT/);
	expect(() => writeAtomically(folder, "x")).toThrow(/EISDIR/);
	expect(readdirSync(folder)).toEqual([]);
});
