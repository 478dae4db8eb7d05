import {
	holdings,
	makeBelieveName,
	makeBelieveNumber,
	makeBelieveRepository,
	teamRepositories,
	unavoidableRequests,
} from "../../bench/population";
import { image, multiArch } from "../support/images";

describe("unavoidable requests", () => {
	test("a single image under two tags: page, list, 2 tags, config, 2 layers", () => {
		const content = image("a");
		const tags = new Map([
			["v1", content.root],
			["latest", content.root],
		]);
		const repository = { name: "a", tags, contents: [content] };
		expect(unavoidableRequests([repository])).toBe(1 + 1 + 2 + 3);
	});

	test("an index: its four children are manifests that no tag names; blobs count once a repository", () => {
		const contents = ["v1", "v2"].map((seed) =>
			multiArch(seed, { layers: 1, sharedLayers: ["base"] }),
		);
		const roots = contents.map((c) => c.root);
		const tags = new Map(roots.map((root, i) => [`v${i}`, root]));
		// a tag: itself, 4 children with a config each, 2 own layers, 2 attestation layers; once: the base layer
		const one = 1 + 2 * (1 + 4 + 4 + 2 + 2) + 1;
		expect(unavoidableRequests([{ name: "a", tags, contents }])).toBe(1 + one);
		const twice = ["a", "b"].map((name) => ({ name, tags, contents }));
		expect(unavoidableRequests(twice)).toBe(1 + 2 * one);
		expect(unavoidableRequests(twice, 1)).toBe(2 + 2 * one);
	});

	test("an empty registry still has a page", () => {
		expect(unavoidableRequests([])).toBe(1);
	});
});

describe("team repositories", () => {
	const repositories = teamRepositories(20, 3);

	test("every tag names a root that is held", () => {
		for (const { tags, contents } of repositories) {
			const roots = new Set(contents.map((c) => c.root));
			expect([...tags.values()].filter((root) => !roots.has(root))).toEqual([]);
			expect(tags.get("latest")).toBe(tags.get("v2"));
		}
	});

	test("same number, same bytes", () => {
		const roots = (all: typeof repositories) =>
			all.map(({ tags }) => [...tags.values()]);
		expect(roots(teamRepositories(20, 3))).toEqual(roots(repositories));
	});
});

describe("make-believe repositories", () => {
	test("names sort as their numbers and read back", () => {
		const names = [0, 7, 999, 1000, 9999, 123456].map(makeBelieveName);
		expect([...names].sort()).toEqual(names);
		expect(names.map(makeBelieveNumber)).toEqual([
			0, 7, 999, 1000, 9999, 123456,
		]);
	});

	test.each(["team-000/app-1", "team-001/app-000000", "app-000000", ""])(
		"%j is no repository",
		(name) => expect(makeBelieveNumber(name)).toBeUndefined(),
	);

	test("ten tags, 71 things to look at", () => {
		const { manifests, blobs } = holdings(makeBelieveRepository(3));
		expect([manifests.size, blobs.size]).toEqual([30, 41]);
		expect(unavoidableRequests([makeBelieveRepository(3)])).toBe(1 + 1 + 71);
	});
});
