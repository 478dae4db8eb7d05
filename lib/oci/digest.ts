import { createHash, type Hash, hash } from "node:crypto";

/** The algorithms that OCI registers (image spec 1.1, descriptor.md "Registered Algorithms") with their hex lengths. */
const HEX_LENGTH = { sha256: 64, sha512: 128 } as const;
export type KnownAlgorithm = keyof typeof HEX_LENGTH;

const GRAMMAR = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/;
const MAX_LENGTH = 256;
/** Nearly all of them, told at half the price. */
const USUAL = /^sha256:[0-9a-f]{64}$/;

/** Well-formed by the OCI grammar; for sha256 and sha512 also of the right length in lower-case hex. */
export function isDigest(value: unknown): value is string {
	if (typeof value !== "string" || value.length > MAX_LENGTH) return false;
	if (USUAL.test(value)) return true;
	const [, algorithm = "", encoded = ""] = GRAMMAR.exec(value) ?? [];
	if (algorithm === "") return false;
	const length = HEX_LENGTH[algorithm as KnownAlgorithm];
	return (
		!Object.hasOwn(HEX_LENGTH, algorithm) ||
		(encoded.length === length && /^[0-9a-f]+$/.test(encoded))
	);
}

/** The algorithm of a well-formed digest, undefined where it is one that we cannot compute. */
export function knownAlgorithm(digest: string): KnownAlgorithm | undefined {
	const algorithm = digest.slice(0, digest.indexOf(":"));
	return Object.hasOwn(HEX_LENGTH, algorithm)
		? (algorithm as KnownAlgorithm)
		: undefined;
}

/** A running hash with the algorithm of a digest; `end` gives `algorithm:hex`. Undefined for an unknown algorithm. */
export function startDigest(
	like: string,
): { update(bytes: Buffer): void; end(): string } | undefined {
	const algorithm = knownAlgorithm(like);
	if (!algorithm) return;
	const hash: Hash = createHash(algorithm);
	return {
		update: (bytes) => void hash.update(bytes),
		end: () => `${algorithm}:${hash.digest("hex")}`,
	};
}

/** Digest of bytes. @param algorithm @default "sha256" */
export function digestOf(
	bytes: Buffer,
	algorithm: KnownAlgorithm = "sha256",
): string {
	return `${algorithm}:${hash(algorithm, bytes)}`;
}

/** Whether bytes hash to a digest; undefined where its algorithm is unknown. */
export function matchesDigest(
	bytes: Buffer,
	digest: string,
): boolean | undefined {
	const algorithm = knownAlgorithm(digest);
	return algorithm && digestOf(bytes, algorithm) === digest;
}
