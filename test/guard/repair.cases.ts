import { execFileSync } from "node:child_process";
import { REASONS } from "../../lib/guard/contract";
import { planRepair, type Unrepaired } from "../../lib/guard/repair";

const ROOT = `sha256:${"a".repeat(64)}`;
const BLOB = `sha256:${"b".repeat(64)}`;
const ORIGIN = "https://registry.example.com:5050";
const finding: Unrepaired = {
	repository: "team/app",
	tags: ["v1", "v2"],
	digest: BLOB,
	path: [
		{ kind: "index", digest: ROOT },
		{ kind: "layer", digest: BLOB },
	],
	kind: "layer",
	reason: "missing",
	expected: "648 bytes",
	got: "404 BLOB_UNKNOWN",
	inUse: null,
};
const plan = (
	more: Partial<Unrepaired>,
	origin = ORIGIN,
	root: string | undefined = ROOT,
) => planRepair({ ...finding, ...more }, origin, root);

test("what is gone is pushed again after a restart, as the very same image, and verified", () => {
	expect(plan({})).toEqual({
		action: "repush",
		commands: [
			`skopeo copy --all --preserve-digests docker://"$COPY"@${ROOT} docker://registry.example.com:5050/team/app:v1 # first, on the registry's host: restart the registry; collect no garbage before this is mended`,
			"cdktf-registry-guard verify registry.example.com:5050/team/app:v1 registry.example.com:5050/team/app:v2 # and again after the next restart",
		],
	});
});

test.each(["size", "digest", "unreadable"] as const)(
	"%s: the file is removed before all else, a push would keep it",
	(reason) => {
		const { action, commands } = plan({ reason });
		expect(action).toBe("replace-file");
		expect(commands[0]).toMatch(
			/remove docker\/registry\/v2\/blobs\/sha256\/bb\/b{64}, restart the registry/,
		);
	},
);

test("a tag that shows no digest is pushed by name", () => {
	const tag = { digest: null, path: [], kind: "tag", tags: ["v1"] } as const;
	expect(
		planRepair(
			{ ...finding, ...tag, reason: "dangling-tag" },
			ORIGIN,
			undefined,
		),
	).toMatchObject({
		action: "repush",
		commands: [
			expect.stringMatching(/docker:\/\/"\$COPY":v1 docker:\/\/registry/),
			expect.any(String),
		],
	});
	const { commands } = planRepair(
		{ ...finding, ...tag, reason: "unreadable" },
		ORIGIN,
		undefined,
	);
	expect(commands[0]).toContain(
		"remove docker/registry/v2/repositories/team/app/_manifests/tags/v1 ",
	);
});

test("what was pushed wrong is built again", () => {
	for (const reason of ["invalid", "media-type"] as const) {
		const { action, commands } = plan({ reason });
		expect(action).toBe("rebuild");
		expect(commands.join()).toContain(
			"restart the registry, build the image again and push it",
		);
	}
});

describe("what one command cannot copy as a whole goes by the digest of what brings the bad node", () => {
	const INNER = `sha256:${"c".repeat(64)}`;
	const index = (digest: string) => ({ kind: "index", digest }) as const;
	const manifest = { kind: "manifest", digest: INNER } as const;
	const layer = { kind: "layer", digest: BLOB } as const;
	const nested = [index(ROOT), index(ROOT), manifest];

	test("an index inside an index", () => {
		const name = "registry.example.com:5050/team/app";
		expect(plan({ path: [...nested, layer] }).commands[0]).toContain(
			`docker://"$COPY"@${INNER} docker://${name}@${INNER} #`,
		);
		expect(
			plan({ path: nested, kind: "manifest", digest: INNER }).commands[0],
		).toMatch(/^skopeo .*@sha256:c+ docker:\/\/.*@sha256:c+ #/);
		// nothing is known of what is under it: crane copies indexes in it as well
		expect(
			plan({ path: [index(ROOT), index(INNER)], kind: "index", digest: INNER })
				.commands[0],
		).toMatch(/^crane copy "\$COPY"@sha256:c+ .*@sha256:c+ #/);
	});

	test("a referrer", () => {
		const path = [
			index(ROOT),
			{ kind: "referrer", digest: INNER } as const,
			layer,
		];
		expect(plan({ path }).commands[0]).toMatch(
			/^skopeo .*@sha256:c+ docker:\/\/.*@sha256:c+ #/,
		);
	});

	test("what was asked for by digest", () => {
		expect(
			plan({ tags: [], path: [index(ROOT), manifest, layer] }).commands[0],
		).toMatch(/^skopeo .*@sha256:c+ docker:\/\/.*@sha256:c+ #/);
		expect(
			plan({ tags: [], path: [index(ROOT)], digest: ROOT, kind: "index" })
				.commands[0],
		).toMatch(/^crane copy /);
	});
});

test("a registry without TLS", () => {
	const { commands } = plan({}, "http://127.0.0.1:5000");
	expect(commands[0]).toContain("--dest-tls-verify=false");
	expect(commands[1]).toContain("verify http://127.0.0.1:5000/team/app:v1 ");
	const path = [{ kind: "index", digest: ROOT } as const];
	expect(
		plan({ tags: [], path, digest: ROOT }, "http://127.0.0.1:5000").commands[0],
	).toMatch(/^crane copy --insecure /);
});

test("every reason, with names that nobody should trust: one line, one known program, no other word runs", () => {
	const evil = [
		"$(touch /tmp/x)",
		"`id`",
		"a;b",
		"a'b",
		"-n",
		"a\nb",
		"*",
		"a b",
	];
	for (const reason of REASONS) {
		for (const name of evil) {
			const { commands } = plan(
				{ reason, repository: name, tags: [name], digest: null, path: [] },
				ORIGIN,
				undefined,
			);
			for (const command of commands) {
				expect(command).toMatch(
					/^(skopeo copy|crane copy|cdktf-registry-guard verify) /,
				);
				// the shell itself says which words it makes of it
				const script = `skopeo() { printf '%s\\n' "$@"; }; crane() { skopeo "$@"; }; cdktf_registry_guard() { skopeo "$@"; }\n${command.replace("cdktf-registry-guard", "cdktf_registry_guard")}`;
				const words = execFileSync("/bin/sh", ["-c", script], {
					encoding: "utf8",
					env: { COPY: "copy", PATH: "" },
				});
				expect(words).toContain(`registry.example.com:5050/${name}:${name}`);
			}
		}
	}
});
