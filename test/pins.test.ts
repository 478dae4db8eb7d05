import { readFileSync } from "node:fs";
import { assertPinned, type ImagePin, imageOf, PINS } from "../lib/pins";

const DIGEST = `sha256:${"a1".repeat(32)}`;
const pins: readonly ImagePin[] = Object.values(PINS);

test("the pins are the owner's, to the letter", () => {
	expect(pins.map(imageOf)).toEqual([
		"registry:2.8.3",
		"registry:3.1.1",
		"nginx:1.28.0-alpine",
		"joxit/docker-registry-ui:2.5.7",
		"node:24.11.1-alpine",
		"hashicorp/vault:1.18.1",
		"alpine:3.20",
		"woodpeckerci/plugin-docker-buildx:6.1.1",
		"woodpeckerci/plugin-git:2.9.2",
	]);
});

test("each pin stands under a Renovate annotation that names its repository", () => {
	const lines = readFileSync("lib/pins.ts", "utf8").split("\n");
	const annotated = lines.flatMap((line, i) => {
		const name = /\/\/ renovate: datasource=docker depName=(\S+)$/.exec(line);
		const next = lines.slice(i + 1, i + 4).join(" ");
		return name
			? [[name[1], /repository: "([^"]+)",\s+tag: "[^"]+"/.exec(next)?.[1]]]
			: [];
	});
	expect(annotated).toEqual(
		pins.map(({ repository }) => [repository, repository]),
	);
});

test("Renovate's expression finds every pin, and nothing else", () => {
	const { customManagers } = JSON.parse(readFileSync("renovate.json", "utf8"));
	const [expression] = customManagers[0].matchStrings;
	const found = [
		...readFileSync("lib/pins.ts", "utf8").matchAll(
			new RegExp(expression, "g"),
		),
	].map(({ groups }) => ({ ...groups }));
	expect(found).toEqual(
		pins.map(({ repository, tag, digest }) => ({
			datasource: "docker",
			depName: repository,
			currentValue: tag,
			currentDigest: digest,
		})),
	);
});

test("a digest is written behind the tag", () => {
	expect(imageOf({ repository: "app", tag: "1.2.3", digest: DIGEST })).toBe(
		`app:1.2.3@${DIGEST}`,
	);
});

test.each([
	"registry:2.8.3",
	"alpine:3.20",
	"nginx:1.28.0-alpine",
	"app:v1.2.3",
	"mirror.local:5000/app:1.2.3",
	`app@${DIGEST}`,
	`mirror.local:5000/a/b@${DIGEST}`,
	`app:1.2.3@${DIGEST}`,
	// what a build of ours was made from
	"registry.viktorbarzin.me:5050/infra-ci:7cb44d72",
	`app:${"7cb44d72".repeat(5)}`,
])("%s is pinned", (image) => {
	expect(assertPinned(image)).toBe(image);
});

test.each([
	"",
	"registry",
	"registry:2",
	"registry:7cb44d",
	"registry:latest",
	"registry:alpine",
	"registry:v2",
	"mirror.local:5000/app",
	"mirror.local:5000/app:latest",
	"registry:",
	" registry:2.8.3",
	`@${DIGEST}`,
	"app@sha256:abc",
	`app@${DIGEST}f`,
	"app:1.2.3@sha256:abc",
	"app:1.2.3@",
	// what floats says nothing about the digest behind it
	`registry:latest@${DIGEST}`,
	`registry:2@${DIGEST}`,
])("%j floats or is no reference", (image) => {
	expect(() => assertPinned(image)).toThrow(
		`image: got ${JSON.stringify(image)}, wanted an exact version tag (2.8.3), a sha256 digest, or both`,
	);
});
