import {
	digestOf,
	isDigest,
	knownAlgorithm,
	matchesDigest,
	startDigest,
} from "../../lib/oci/digest";

const EMPTY_SHA256 =
	"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("digest", () => {
	test.each([
		[EMPTY_SHA256, true],
		[`sha512:${"0".repeat(128)}`, true],
		["blake3:abc", true],
		["multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8", true],
		["sha256:abc", false],
		[EMPTY_SHA256.toUpperCase(), false],
		[`sha256:${"g".repeat(64)}`, false],
		["sha256", false],
		["", false],
		[":abc", false],
		["__proto__:abc", false],
		["constructor:abc", true],
		[`x:${"a".repeat(300)}`, false],
		[7, false],
	])("isDigest(%j) is %j", (value, wanted) => {
		expect(isDigest(value)).toBe(wanted);
	});

	test("computes sha256 and sha512, and says where it cannot", () => {
		expect(digestOf(Buffer.alloc(0))).toBe(EMPTY_SHA256);
		const sha512 = digestOf(Buffer.from("a"), "sha512");
		expect(sha512.slice(0, 23)).toBe("sha512:1f40fc92da241694");
		expect(matchesDigest(Buffer.from("a"), sha512)).toBe(true);
		expect(matchesDigest(Buffer.from("b"), sha512)).toBe(false);
		expect(matchesDigest(Buffer.from("b"), "blake3:abc")).toBeUndefined();
		expect(knownAlgorithm("constructor:abc")).toBeUndefined();
		const running = startDigest(EMPTY_SHA256);
		running?.update(Buffer.from("ab"));
		running?.update(Buffer.from("c"));
		expect(running?.end()).toBe(digestOf(Buffer.from("abc")));
		expect(startDigest("blake3:abc")).toBeUndefined();
	});
});
