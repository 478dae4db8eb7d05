import fc from "fast-check";
import { parseChallenges } from "../../lib/oci/auth/challenge";
import { parseDescriptor } from "../../lib/oci/descriptor";
import { isDigest } from "../../lib/oci/digest";
import { RegistryError } from "../../lib/oci/errors";
import { excerpt, statusFailure } from "../../lib/oci/http/failure";
import { nextLink } from "../../lib/oci/http/link";
import { redirectTarget } from "../../lib/oci/http/redirect";
import { retryAfter } from "../../lib/oci/http/retry-after";
import { parseManifest } from "../../lib/oci/manifest";
import { ParseError } from "../../lib/oci/parse-error";
import { parseReference } from "../../lib/oci/reference";
import { successors } from "../../lib/oci/successors";

const RUNS = { numRuns: 150 };
/** Throws only what is declared. */
function only<T>(
	declared: new (...args: never[]) => Error,
	work: () => T,
): T | undefined {
	try {
		return work();
	} catch (error) {
		expect(error).toBeInstanceOf(declared);
		expect((error as Error).message).not.toMatch(/\p{Cc}/u);
		expect((error as Error).message.length).toBeLessThan(1000);
		return undefined;
	}
}

/** Text that is nearly right: the alphabet of the grammar, and anything else. */
const near = (alphabet: string) =>
	fc.oneof(
		fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 200 }),
		// any UTF-16, lone surrogates too
		fc
			.uint16Array({ maxLength: 200 })
			.map((units) => String.fromCharCode(...units)),
		// what backtracks: one piece, many times
		fc
			.tuple(
				fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 4 }),
				fc.integer({ min: 1, max: 2000 }),
			)
			.map(([piece, times]) => piece.repeat(times)),
	);

const DIGEST = `sha256:${"a".repeat(64)}`;
const descriptor = fc.record(
	{
		mediaType: fc.oneof(
			fc.constantFrom(
				"application/vnd.oci.image.config.v1+json",
				"application/vnd.oci.image.index.v1+json",
				"",
			),
			fc.jsonValue(),
		),
		digest: fc.oneof(fc.constant(DIGEST), fc.jsonValue()),
		size: fc.oneof(fc.nat(), fc.double(), fc.jsonValue()),
		annotations: fc.jsonValue(),
		urls: fc.jsonValue(),
		platform: fc.jsonValue(),
		data: fc.oneof(fc.base64String(), fc.jsonValue()),
	},
	{ requiredKeys: ["digest", "size"] },
);
const good = fc.record({
	mediaType: fc.constantFrom(
		"application/vnd.oci.image.config.v1+json",
		"application/vnd.oci.image.manifest.v1+json",
		"",
	),
	digest: fc.constantFrom(DIGEST, "blake3:abc", `sha512:${"b".repeat(128)}`),
	size: fc.maxSafeNat(),
	annotations: fc.jsonValue(),
	platform: fc.jsonValue(),
	urls: fc.jsonValue(),
});
const shaped = fc.oneof(
	fc.record({ manifests: fc.array(good), subject: good }),
	fc.record({ config: good, layers: fc.array(good) }),
	fc.record({
		schemaVersion: fc.constant(1),
		fsLayers: fc.array(fc.record({ blobSum: fc.constant(DIGEST) })),
	}),
);
const body = fc.record(
	{
		schemaVersion: fc.constantFrom(1, 2, "2", null),
		mediaType: fc.oneof(
			fc.constant("application/vnd.oci.image.index.v1+json"),
			fc.jsonValue(),
		),
		manifests: fc.oneof(fc.array(descriptor), fc.jsonValue()),
		config: fc.oneof(descriptor, fc.jsonValue()),
		layers: fc.oneof(fc.array(descriptor), fc.jsonValue()),
		fsLayers: fc.oneof(
			fc.array(fc.record({ blobSum: fc.constant(DIGEST) })),
			fc.jsonValue(),
		),
		blobs: fc.array(descriptor),
		subject: descriptor,
		artifactType: fc.jsonValue(),
	},
	{ requiredKeys: [] },
);

describe("parsers throw nothing but what they declare", () => {
	test("references", () => {
		fc.assert(
			fc.property(near("ab./:@[]-_A0%?#\\ sha256"), (text) => {
				const found = only(ParseError, () => parseReference(text));
				// what is taken can be written again and means the same
				if (!found) return;
				const { host, repository, reference, plainHttp } = found;
				const again = `${plainHttp ? "http" : "https"}://${host}/${repository}${isDigest(reference) ? "@" : ":"}${reference}`;
				expect(parseReference(again)).toEqual({ ...found, text: again });
			}),
			RUNS,
		);
	});

	test("manifests of any bytes", () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 500 }),
				near("aplicton/vd.+json; "),
				(bytes, type) => {
					const parsed = parseManifest(Buffer.from(bytes), type);
					expect(parsed.form).toBe("none");
				},
			),
			RUNS,
		);
	});

	test("manifests that are nearly right, and what hangs under them", () => {
		let taken = 0;
		fc.assert(
			fc.property(
				fc.oneof(shaped, body, fc.jsonValue()),
				fc.constantFrom(
					"",
					"application/vnd.oci.image.index.v1+json",
					"text/html",
				),
				(value, type) => {
					const parsed = parseManifest(
						Buffer.from(JSON.stringify(value)),
						type,
					);
					if (parsed.form === "none") {
						expect(parsed.got).not.toMatch(/\p{Cc}/u);
						expect(parsed.got.length).toBeLessThan(1000);
						return;
					}
					taken++;
					for (const { descriptor } of successors(parsed)) {
						expect(isDigest(descriptor.digest)).toBe(true);
						if (parsed.form !== "schema1")
							expect(descriptor.size).toBeGreaterThanOrEqual(0);
					}
				},
			),
			RUNS,
		);
		expect(taken).toBeGreaterThan(10);
	});

	test("descriptors", () => {
		fc.assert(
			fc.property(
				fc.oneof(descriptor, fc.jsonValue(), fc.anything()),
				(value) => {
					only(ParseError, () => parseDescriptor(value, "x"));
				},
			),
			RUNS,
		);
	});

	test("challenges, links, Retry-After, redirects, error bodies", () => {
		const from = new URL("https://r.io/v2/");
		fc.assert(
			fc.property(
				near('Basic Bearer realm="x,\\=;<>/:rel next'),
				near('{}[]"errors:codemessage,<html>'),
				(header, text) => {
					for (const { scheme, parameters } of parseChallenges(header)) {
						expect(scheme).not.toBe("");
						expect(parameters).toBeInstanceOf(Map);
					}
					nextLink(header);
					const wait = retryAfter({ "retry-after": header });
					expect(wait === undefined || wait >= 0).toBe(true);
					const target = only(RegistryError, () =>
						redirectTarget(from, header, new Set()),
					);
					if (target) expect(target.protocol).toBe("https:");
					const failure = statusFailure(
						"GET x",
						500,
						{ "content-type": header },
						Buffer.from(text),
					);
					expect(failure.message.length).toBeLessThan(400);
					expect(excerpt(text)).not.toMatch(/\p{Cc}/u);
				},
			),
			RUNS,
		);
	});
});
