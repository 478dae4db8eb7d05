import { linesOf, problemsOf, reasonsOf } from "./linting";

const service = (lines: string) => ({
	"docker-compose.yml": `services:\n  it:\n${lines
		.split("\n")
		.map((line) => `    ${line}`)
		.join("\n")}\n`,
});

describe("floating-pin", () => {
	test.each([
		["registry:2", true],
		["registry", true],
		["nginx:alpine", true],
		["registry:2.8", true],
		["nginxinc/nginx-unprivileged:1.27", true],
		["nginx:1.28-alpine", true],
		["alpine:3.20", false],
		["joxit/docker-registry-ui:latest", true],
		[`registry:latest@sha256:${"a".repeat(64)}`, true],
		["registry:2.8.3", false],
		["nginx:1.28.0-alpine", false],
		[`registry@sha256:${"a".repeat(64)}`, false],
		["10.0.20.10:5050/registry:2.8.3", false],
		[`"registry:\${TAG:-2.8.3}"`, false],
		[`"registry:\${TAG}"`, true],
	])("%s: %s", (image, floats) => {
		const texts = service(`image: ${image}`);
		expect(linesOf("floating-pin", "docker-compose.yml", texts)).toEqual(
			floats ? [3] : [],
		);
	});

	test("a service that is built has none", () => {
		expect(problemsOf(service("build: ."))).toEqual([]);
		expect(problemsOf(service("build: .\nimage: ui:dev"))).toEqual([]);
	});

	test("an anchor and merge keys: where it is written, not where it is merged", () => {
		expect(
			problemsOf({
				"compose.yaml": `
x-it: &it
  image: registry:2
  ports: &ports ["5009:5009"]
x-more: &more
  healthcheck: {test: [CMD, "true"]}
services:
  a:
    <<: [*more, *it]
  b:
    <<: *it
    image: registry:2.8.3
    ports: *ports
`,
			}),
		).toEqual([
			"compose.yaml:2 floating-pin",
			"compose.yaml:3 port-without-backend",
			"compose.yaml:3 port-without-backend",
			"compose.yaml:3 port-without-backend",
			"compose.yaml:9 missing-healthcheck?",
		]);
	});
});

describe("missing-healthcheck", () => {
	test.each([
		["image: registry:2.8.3", true],
		['image: a/b:1.2.3\nports: ["80:80"]', true],
		["image: registry:2.8.3\nhealthcheck: {test: [CMD, x]}", false],
		["image: registry:2.8.3\nhealthcheck: {disable: true}", true],
		["image: registry:2.8.3\nhealthcheck: {test: [NONE]}", true],
		["image: registry:2.8.3\nhealthcheck: {disable: yes}", true],
		["image: registry:2.8.3\nhealthcheck: {test: NONE}", true],
		// neither image brings a test of its own
		["image: registry:2.8.3\nhealthcheck: {interval: 30s}", true],
		["image: registry:2.8.3\nhealthcheck: {test: []}", true],
		["image: registry:2.8.3\nhealthcheck:", true],
		// a job serves nobody, and an override says nothing of it
		["image: registry:2.8.3\ncommand: garbage-collect c.yml", false],
		['ports: ["80:80"]', false],
		["image: a/b:1.2.3", false],
	])("%j: %s", (lines, isMissing) => {
		expect(problemsOf(service(lines))).toEqual(
			isMissing ? ["docker-compose.yml:2 missing-healthcheck?"] : [],
		);
	});
});

describe("ui-with-delete", () => {
	test.each([
		["environment: [A=b, DELETE_IMAGES=true]", 4],
		["environment:\n  DELETE_IMAGES: true", 5],
		[`environment:\n  DELETE_IMAGES: "\${D:-true}"`, 5],
		["environment:\n  DELETE_IMAGES: false", undefined],
		["environment: [REGISTRY_TITLE=x]", undefined],
	])("%j: line %s", (lines, line) => {
		const texts = service(`image: joxit/docker-registry-ui:2.5.7\n${lines}`);
		expect(linesOf("ui-with-delete", "docker-compose.yml", texts)).toEqual(
			line ? [line] : [],
		);
	});

	test("says what it found", () => {
		expect(
			reasonsOf(
				"ui-with-delete",
				service(
					"image: joxit/docker-registry-ui:2.5.7\nenvironment: [DELETE_IMAGES=true]",
				),
			),
		).toEqual(["it: got DELETE_IMAGES=true"]);
	});
});

describe("services of several parts", () => {
	const BASE = `services:
  base:
    image: registry:2.8.3
    healthcheck: {test: [CMD, x]}
    environment: {REGISTRY_HTTP_DEBUG_ADDR: ":5001"}
`;
	const told = (text: string) => problemsOf({ "c.yml": text });

	test("extends of the same file", () => {
		for (const extended of ["base", "{service: base}"]) {
			const own = (lines: string) =>
				told(`${BASE}  r:\n    extends: ${extended}\n${lines}`);
			expect(own("")).toEqual([]);
			expect(own('    ports: ["5001:5001"]\n')).toEqual([
				"c.yml:8 metrics-public",
			]);
			expect(own("    healthcheck: {disable: true}\n")).toEqual([
				"c.yml:6 missing-healthcheck?",
			]);
			expect(own("    image: registry:2\n")).toEqual(["c.yml:8 floating-pin"]);
		}
		// itself, each other, nobody
		expect(
			told(
				"services: {a: {extends: a}, b: {extends: c}, c: {extends: b}, d: {extends: x}}\n",
			),
		).toEqual([]);
	});

	test("a long row of them, each with all its ports, ends", () => {
		const row = Array.from(
			{ length: 40 },
			(_, i) => `  s${i}: {extends: s${i + 1}, ports: ["1-1000:1-1000"]}\n`,
		);
		const first = told(`services:\n${row.join("")}`)[0];
		expect(first).toMatch(/ port-without-backend$/);
	});

	test("a second document is an override, as Compose has it", () => {
		const over = (lines: string) =>
			told(`${BASE}---\nservices:\n  base:\n${lines}`);
		expect(over('    ports: ["5001:5001"]\n')).toEqual([
			"c.yml:9 metrics-public",
		]);
		expect(over("    image: registry:2\n")).toEqual(["c.yml:9 floating-pin"]);
		expect(
			told(`services: {r: {image: "registry:2"}}\n---\n${BASE}`).length,
		).toBe(2);
		expect(
			told(`services: {base: {image: "registry:2"}}\n---\n${BASE}`),
		).toEqual([]);
	});
});
