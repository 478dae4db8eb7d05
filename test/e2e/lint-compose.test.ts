import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findIncluded } from "../../lib/cli/find-included";
import { composeReader } from "../../lib/registry-host/lint/compose-reader";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms("docker-compose");

/** What Compose makes of its files, the parts that the lint asks for. */
interface Resolved {
	readonly services: Readonly<
		Record<
			string,
			{
				readonly image: string;
				readonly environment?: Readonly<Record<string, string>>;
				readonly healthcheck?: object;
				readonly ports?: readonly {
					readonly host_ip?: string;
					readonly published: string;
					readonly target: number;
				}[];
				readonly volumes?: readonly { source: string; target: string }[];
				readonly configs?: readonly { source: string; target: string }[];
			}
		>
	>;
	readonly configs?: Readonly<Record<string, { readonly content?: string }>>;
}

const BASE = `services:
  r:
    image: registry:2.8.3
    healthcheck: {test: [CMD, x]}
    environment: [REGISTRY_HTTP_ADDR=:5000, A=1]
    ports: ["5000:5000"]
    volumes: ["./c.yml:/c.yml"]
`;
const over = (lines: string) => ({
	"a.yml": BASE,
	"b.yml": `services:\n  r:\n${lines}`,
});

/** Files by name; those whose names begin with one letter are given to Compose, the others lie about. */
const SETS: readonly [string, Readonly<Record<string, string>>][] = [
	["a port more", over('    ports: ["5000:5000", "127.0.0.1:5001:5001"]\n')],
	["another image", over("    image: registry:2\n    environment: {A: 2}\n")],
	["!override", over('    ports: !override ["5001:5001"]\n')],
	[
		"!reset",
		over(
			"    ports: !reset []\n    healthcheck: !reset null\n    environment: !reset {}\n",
		),
	],
	["another file at the same place", over('    volumes: ["./d.yml:/c.yml"]\n')],
	[
		"a second document",
		{ "a.yml": `${BASE}---\n${over("    ports: [6000]\n")["b.yml"]}` },
	],
	["include", { "a.yml": "include: [sub/r.yml]\n", "sub/r.yml": BASE }],
	[
		"include of several with a project directory, and over them",
		{
			"a.yml":
				"include:\n  - path: [sub/r.yml, sub/over.yml]\n    project_directory: .\n",
			"b.yml": 'services: {r: {ports: ["5002:5002"]}}\n',
			"sub/r.yml": BASE,
			"sub/over.yml": 'services: {r: {volumes: ["./d:/d"]}}\n',
		},
	],
	[
		"extends",
		{
			"a.yml":
				'services:\n  s:\n    extends: {file: sub/base.yml, service: r}\n    environment: {A: 3}\n    ports: ["5001:5001"]\n',
			"sub/base.yml": BASE,
		},
	],
	[
		"extends in the same file, and again",
		{
			"a.yml": `${BASE}  s: {extends: r, image: "registry:3.1.1"}\n  t: {extends: {service: s}, environment: [B=2]}\n`,
		},
	],
	[
		"variables and env files",
		{
			"a.yml": `services:
  r:
    image: registry:\${TAG}\${X:-\${Y:-z}}
    env_file: [one.env, {path: sub/two.env}, {path: nowhere.env, required: false}]
    environment: {A: "$$1 \${TAG}", B: , C: "\${TAG:-4}"}
`,
			".env": "# the tag\nTAG=2.8.3\nB='3'\n",
			"one.env": 'A=0\nD="4"\nexport E=5 # five\n',
			"sub/two.env": "D=6\nF=$D\n",
		},
	],
	[
		"variables of what is included are the including one's",
		{
			"a.yml": "include: [sub/r.yml]\n",
			".env": "TAG=1\n",
			"sub/r.yml": `services: {r: {image: "registry:\${TAG}\${OWN}"}}\n`,
			"sub/.env": "TAG=2\nOWN=3\n",
		},
	],
	[
		"variables of an include's own",
		{
			"a.yml": "include: [{path: sub/r.yml, env_file: [sub/x.env, y.env]}]\n",
			"sub/x.env": "TAG=1\nA=2\n",
			"y.env": "A=3\n",
			"sub/.env": "OWN=no\n",
			"sub/r.yml": `services: {r: {image: "registry:\${TAG:?it}\${A}\${OWN:-4}\${TAG:+5}\${OWN:+6}"}}\n`,
		},
	],
	[
		"a text that is a file",
		{
			"a.yml": `services:
  r: {image: registry:2.8.3, configs: [{source: c, target: /c.yml}, d]}
configs:
  c:
    content: |
      a: $$b
      c: \${D:-e}
  d: {file: ./c.yml}
`,
		},
	],
];

suite("the lint reads compose files as Compose does", () => {
	const lab = new Lab();

	test.each(SETS.map(([name, files], i) => [name, files, i] as const))(
		"%s",
		async (_, files, i) => {
			const folder = join(lab.folder, `set${i}`);
			for (const [name, text] of Object.entries(files)) {
				const path = join(folder, name);
				mkdirSync(dirname(path), { recursive: true });
				writeFileSync(path, text);
			}
			const given = Object.entries(files)
				.filter(([name]) => /^\w\.yml$/.test(name))
				.map(([name, text]) => ({ path: join(folder, name), text }));
			const { code, stdout, stderr } = await runProgram(
				programs["docker-compose"],
				[
					...given.flatMap(({ path }) => ["-f", path]),
					"config",
					"--format=json",
				],
			);
			expect({ code, stderr }).toMatchObject({ code: 0 });
			const told: string[] = [];
			const own = composeReader(
				(path, from) => findIncluded(path, `${from}.`)[0],
				(rule, _, reason) => told.push(`${rule} ${reason}`),
			)(given);
			expect(told).toEqual([]);
			const resolved: Resolved = JSON.parse(stdout);
			expect(Object.fromEntries(ours(own))).toEqual(
				Object.fromEntries(theirs(resolved)),
			);
		},
	);
});

function ours({
	services,
	inlines,
}: ReturnType<ReturnType<typeof composeReader>>) {
	const texts = new Map(inlines.map((each) => [each.path, each.text.trim()]));
	return [...services.values()].map(
		(each) =>
			[
				each.name,
				{
					image: each.image,
					isHealthy: Object.keys(each.healthcheck).length > 0,
					environment: Object.fromEntries(
						[...each.environment].map(([name, { value }]) => [name, value]),
					),
					ports: each.ports
						.map(
							({ host, published = "", target }) =>
								`${host}:${published}:${target}`,
						)
						.sort(),
					mounts: Object.fromEntries(
						[...each.mounts]
							.reverse()
							.map(({ source, target }) => [
								target,
								texts.get(source) ?? source,
							]),
					),
				},
			] as const,
	);
}

function theirs({ services, configs = {} }: Resolved) {
	return Object.entries(services).map(
		([name, each]) =>
			[
				name,
				{
					image: each.image,
					isHealthy: each.healthcheck !== undefined,
					// written so that it could be read again
					environment: Object.fromEntries(
						Object.entries(each.environment ?? {}).map(([key, value]) => [
							key,
							value.replaceAll("$$", "$"),
						]),
					),
					ports: (each.ports ?? [])
						.map(
							({ host_ip = "", published = "", target }) =>
								`${host_ip}:${published}:${target}`,
						)
						.sort(),
					mounts: Object.fromEntries(
						[...(each.volumes ?? []), ...(each.configs ?? [])].map(
							({ source, target }) => [
								target || `/${source}`,
								fileOf(source, configs),
							],
						),
					),
				},
			] as const,
	);
}

function fileOf(
	source: string,
	configs: Readonly<Record<string, { content?: string; file?: string }>>,
): string {
	const { content, file } = configs[source] ?? {};
	return content?.trim().replaceAll("$$", "$") ?? file ?? source;
}
