import { usesByRepository, usesTag } from "../../lib/guard/used-images";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;

test("references of pods, by repository", () => {
	const uses = usesByRepository(
		[
			"registry.example.com/app:v1",
			"registry.example.com/app",
			"10.0.20.10:5050/team/app:v2",
			`registry.example.com/app@${A}`,
			`registry.example.com/app:v3@${B}`,
			"registry.example.com.evil/app:v4",
			"docker.io/library/app:v5",
			"app:v6",
		],
		["registry.example.com", "10.0.20.10:5050"],
	);
	expect([...uses]).toEqual([
		["app", { tags: new Set(["v1", "latest"]), digests: new Set([A, B]) }],
		["team/app", { tags: new Set(["v2"]), digests: new Set() }],
	]);
});

test("a tag is used by name, by the digest it shows, by a digest on the way down", () => {
	const uses = { tags: new Set(["v1"]), digests: new Set([A]) };
	expect(usesTag(uses, "v1", B, [])).toBe(true);
	expect(usesTag(uses, "v2", A, [])).toBe(true);
	expect(usesTag(uses, "v2", B, [A])).toBe(true);
	expect(usesTag(uses, "v2", B, [B])).toBe(false);
	expect(usesTag(uses, "v2", undefined, [])).toBe(false);
});
