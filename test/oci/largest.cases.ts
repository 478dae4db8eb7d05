import { parseChallenges } from "../../lib/oci/auth/challenge";
import { nextLink } from "../../lib/oci/http/link";
import { parseManifest } from "../../lib/oci/manifest";
import { image, index, MEDIA } from "../support/images";

/** A parser that goes back over what it has read would not come to the end of these. */
describe("the largest input comes to an end", () => {
	test.each(['"', "\\", "=", '="', " ", ",", "a=", 'a="\\'])(
		"a challenge of %j",
		(hostile) => {
			const [first] = parseChallenges(`Basic ${hostile.repeat(1e6)}`);
			expect(first?.scheme).toBe(hostile === '="' ? undefined : "basic");
		},
	);

	test.each(["<", "<>", '<>"', '<>;"\\', "<a>;,", '"<'])(
		"a link of %j",
		(hostile) => {
			const link = hostile.repeat(16_384 / hostile.length);
			expect(nextLink(link)).toBeUndefined();
		},
	);

	test("a manifest of brackets", () => {
		const deep = Buffer.alloc(4 * 1024 * 1024, "[");
		expect(parseManifest(deep, "")).toMatchObject({
			reason: "invalid",
		});
		const nested = `{"manifests":[],"x":${"[".repeat(2e5)}${"]".repeat(2e5)}}`;
		expect(parseManifest(Buffer.from(nested), "")).toMatchObject({
			form: "index",
		});
	});

	test("an index over 20,000 children", () => {
		const one = image("a");
		const children = Array.from({ length: 20_000 }, () => ({
			content: one,
		}));
		const { manifests, root } = index(children);
		const parsed = parseManifest(
			manifests.get(root)?.bytes ?? Buffer.alloc(0),
			MEDIA.ociIndex,
		);
		expect(parsed.form === "index" && parsed.manifests.length).toBe(20_000);
	});
});
