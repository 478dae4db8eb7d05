import { judgeBlob } from "../../lib/guard/judge";
import type { BlobReading } from "../../lib/oci/client";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const whole: BlobReading = {
	claimedSize: 648,
	bytesRead: 1,
	cut: false,
	digest: undefined,
	weak: false,
};
const judged = (
	size: number | undefined,
	reading: Partial<BlobReading>,
	depth: "head" | "tail" | "full" = "tail",
) => judgeBlob(DIGEST, size, { ...whole, ...reading }, depth);

describe("a blob is whole", () => {
	test.each([
		["one real byte and the right total", judged(648, {})],
		["no size to hold it against (schema1)", judged(undefined, {})],
		["an empty one", judged(0, { claimedSize: 0, bytesRead: 0 })],
		["a length, in head mode", judged(648, { bytesRead: 0 }, "head")],
		[
			"a server that does not say how long it is",
			judged(648, { claimedSize: undefined }),
		],
		[
			"all bytes and the right hash",
			judged(648, { bytesRead: 648, digest: DIGEST }, "full"),
		],
		[
			"a Range answered with all of it",
			judged(648, { bytesRead: 648, digest: DIGEST, weak: true }),
		],
	])("%s", (_, verdict) => expect(verdict).toBeUndefined());
});

describe("a blob is not whole", () => {
	test.each([
		[
			"another total than the descriptor's",
			judged(648, { claimedSize: 324 }),
			"648 bytes",
			"324 bytes",
		],
		[
			"right headers and no byte",
			judged(648, { bytesRead: 0 }),
			"648 bytes",
			"no byte at its end: the registry remembers a size and has no such file",
		],
		[
			"right headers and a cut",
			judged(648, { bytesRead: 0, cut: true }),
			"648 bytes",
			"no byte at its end: the registry remembers a size and has no such file",
		],
		[
			"no byte, and no size to hold it against",
			judged(undefined, { bytesRead: 0 }),
			"648 bytes",
			"no byte at its end: the registry remembers a size and has no such file",
		],
		[
			"a cut in the middle",
			judged(648, { bytesRead: 300, cut: true }, "full"),
			"648 bytes",
			"300 bytes, then the end",
		],
		[
			"an unannounced length, too short",
			judged(
				648,
				{ claimedSize: undefined, bytesRead: 1, digest: OTHER },
				"full",
			),
			"648 bytes",
			"1 byte",
		],
		[
			"an unannounced length, too long",
			judged(648, { claimedSize: undefined, bytesRead: 649 }, "full"),
			"648 bytes",
			"more than 648 bytes",
		],
		[
			"one byte where there should be none",
			judged(0, { claimedSize: 1 }),
			"0 bytes",
			"1 byte",
		],
	])("%s: size", (_, verdict, expected, got) => {
		expect(verdict).toEqual({ reason: "size", expected, got });
	});

	test("other bytes of the same length: digest", () => {
		const bad = { reason: "digest", expected: DIGEST, got: OTHER };
		expect(judged(648, { bytesRead: 648, digest: OTHER }, "full")).toEqual(bad);
		expect(judged(648, { bytesRead: 648, digest: OTHER, weak: true })).toEqual(
			bad,
		);
		expect(
			judged(undefined, { bytesRead: 648, digest: OTHER }, "full"),
		).toEqual(bad);
	});
});
