import { spawn, spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { App, DataResource, LocalBackend, TerraformStack } from "cdktf";
import { eventually } from "../support/eventually";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { dataRoot, must, writeFiles } from "../support/terraform/hand-written";

const { suite, programs } = requirePrograms("terraform", "git", "jq");

const PERSON = {
	GIT_AUTHOR_NAME: "t",
	GIT_AUTHOR_EMAIL: "t@example.com",
	GIT_COMMITTER_NAME: "t",
	GIT_COMMITTER_EMAIL: "t@example.com",
	GIT_CONFIG_GLOBAL: "/dev/null",
};
const APPLY = resolve("ci/apply");
const DRIFT = resolve("ci/drift-detection");
const BROKEN = 'locals {\n  broken = tonumber("x")\n}\n';

/** A root that reads the state of others. */
function after(name: string, ...others: readonly string[]): string {
	return dataRoot(
		name,
		others
			.map(
				(other) =>
					`data "terraform_remote_state" "${other}" {\n  backend = "local"\n  config = {\n    path = "../${other}/terraform.tfstate"\n  }\n}\nresource "terraform_data" "of_${other}" {\n  input = data.terraform_remote_state.${other}.outputs.thing\n}\n`,
			)
			.join(""),
	);
}

suite("ci/apply on a real clone and a real Terraform", () => {
	const lab = new Lab();
	let clone: string;
	let env: Record<string, string>;

	const git = (...args: readonly string[]) =>
		must(clone, [programs.git, ...args], PERSON).trim();
	const commit = (files: Readonly<Record<string, string>>): string => {
		writeFiles(clone, files);
		git("add", "-A");
		git("commit", "-q", "--allow-empty", "-m", "next");
		return git("rev-parse", "HEAD");
	};
	const run = (
		script: string,
		args: readonly string[] = [],
		more: Readonly<Record<string, string>> = {},
		folder = clone,
	) => {
		const { status, stdout, stderr } = spawnSync("bash", [script, ...args], {
			cwd: folder,
			encoding: "utf8",
			env: { PATH: process.env.PATH, ...env, ...more },
		});
		return { code: status, stdout, stderr };
	};
	const record = () =>
		JSON.parse(readFileSync(join(lab.folder, "applied.json"), "utf8")).stacks;
	const input = (name: string): unknown => {
		const path = join(clone, "stacks", name, "terraform.tfstate");
		if (!existsSync(path)) return undefined;
		const { resources } = JSON.parse(readFileSync(path, "utf8"));
		return resources.find((each: { name: string }) => each.name === "thing")
			?.instances[0].attributes.input.value;
	};

	lab.before(async () => {
		clone = join(lab.folder, "clone");
		mkdirSync(clone);
		env = {
			HOME: lab.folder,
			TERRAFORM_BINARY_NAME: programs.terraform,
			GUARD: resolve("dist/guard.mjs"),
			ROOTS: "stacks",
			REPORT: join(lab.folder, "report.txt"),
			APPLIED_FILE: join(lab.folder, "applied.json"),
			GIT_CONFIG_GLOBAL: "/dev/null",
		};
		git("init", "-q", "-b", "master");
		commit({
			".gitignore": ".terraform*\n*.tfstate*\ncdktf.out/\n",
			"stacks/net/main.tf": after("net"),
			"stacks/app/main.tf": after("app", "net"),
			"stacks/last/main.tf": after("last", "app"),
			"stacks/other/main.tf": after("other"),
		});
	});

	lab.test(
		"the first run applies everything, each after what it depends on",
		async () => {
			const ran = run(APPLY);
			expect([ran.code, ran.stderr]).toEqual([
				0,
				expect.stringContaining("4/4"),
			]);
			expect(ran.stdout).toContain("4 changed stacks: 4 applied");
			expect(["net", "app", "last", "other"].map(input)).toEqual([
				"net",
				"app",
				"last",
				"other",
			]);
			const head = git("rev-parse", "HEAD");
			expect(record()).toEqual({
				net: { commit: head },
				app: { commit: head },
				last: { commit: head },
				other: { commit: head },
			});
			expect(readFileSync(join(lab.folder, "report.txt"), "utf8")).toContain(
				"APPLIED  net: 1 resource",
			);
		},
	);

	lab.test("nothing changed: nothing is run", async () => {
		commit({ "docs/x.md": "x" });
		const ran = run(APPLY, [], { TERRAFORM_BINARY_NAME: "/nowhere" });
		expect([ran.code, ran.stdout]).toEqual([
			0,
			"nothing changed since it was last applied\n",
		]);
	});

	lab.test(
		"a stack that fails stops its dependents only, and fails the run; nothing of it is applied",
		async () => {
			const good = git("rev-parse", "HEAD");
			const head = commit({
				"stacks/net/main.tf": after("net 2"),
				"stacks/app/main.tf": after("app 2", "net") + BROKEN,
				"stacks/last/main.tf": after("last 2", "app"),
				"stacks/other/main.tf": after("other 2"),
			});
			const ran = run(APPLY);
			expect(ran.code).toBe(3);
			expect(ran.stdout).toContain(
				"4 changed stacks: 1 failed, 1 skipped, 2 applied",
			);
			expect(ran.stdout).toMatch(
				/^FAILED {3}app: plan: Invalid function argument/m,
			);
			expect(ran.stdout).toContain(
				"SKIPPED  last: comes after app, which failed",
			);
			expect(["net", "app", "last", "other"].map(input)).toEqual([
				"net 2",
				"app",
				"last",
				"other 2",
			]);
			expect(record()).toEqual({
				net: { commit: head },
				other: { commit: head },
				app: { commit: good },
				last: { commit: good },
			});
		},
	);

	lab.test(
		"it is caught up by the next run, also over a commit that nobody ran",
		async () => {
			commit({ "stacks/net/main.tf": after("net, [ci skip]") });
			commit({ "stacks/app/main.tf": after("app 2", "net") });
			const prev = git("rev-parse", "HEAD~1");
			// what a pipeline knows of the one before does not reach that far
			const ran = run(APPLY, [], { CI_PREV_COMMIT_SHA: prev });
			expect(ran.code).toBe(0);
			expect(["net", "app", "last"].map(input)).toEqual([
				"net, [ci skip]",
				"app 2",
				"last 2",
			]);
		},
	);

	lab.test(
		"--plan: what a pull request changes; nothing is applied, nothing kept",
		async () => {
			const kept = record();
			git("checkout", "-qb", "feature");
			commit({ "stacks/other/main.tf": after("other 3") });
			const ran = run(APPLY, ["--plan"], { CI_COMMIT_TARGET_BRANCH: "master" });
			expect(ran.code).toBe(0);
			expect(ran.stdout).toBe(
				"1 changed stack: 1 planned\nPLANNED  other: 1 resource\n  update  terraform_data.thing (unapplied)\n",
			);
			expect(input("other")).toBe("other 2");
			expect(record()).toEqual(kept);
			commit({ "stacks/other/main.tf": BROKEN });
			expect(
				run(APPLY, ["--plan"], { CI_COMMIT_TARGET_BRANCH: "master" }).code,
			).toBe(3);
			git("checkout", "-q", "master");
		},
	);

	lab.test(
		"what is not committed is applied, and not taken for the commit",
		async () => {
			const before = record().other;
			writeFiles(clone, { "stacks/other/main.tf": after("by hand") });
			const ran = run(APPLY);
			expect(ran.stderr).toContain("other: has files that are not committed");
			expect(record().other).toEqual({ ...before, pending: true });
			git("checkout", "-q", ".");
			expect(input("other")).toBe("by hand");
			expect(run(APPLY).stdout).toContain("APPLIED  other");
			expect(input("other")).toBe("other 2");
		},
	);

	lab.test(
		"an apply that failed half way is not forgotten when its commit is reverted",
		async () => {
			const good = git("rev-parse", "HEAD");
			commit({
				"stacks/other/main.tf":
					after("half") +
					'resource "terraform_data" "fails" {\n  depends_on = [terraform_data.thing]\n  provisioner "local-exec" {\n    command = "exit 9"\n  }\n}\n',
			});
			expect(run(APPLY).code).toBe(3);
			expect(input("other")).toBe("half");
			expect(record().other).toEqual({ commit: good, pending: true });
			git("revert", "--no-edit", "HEAD");
			expect(run(APPLY).stdout).toContain("APPLIED  other");
			expect(input("other")).toBe("other 2");
			expect(record().other).toEqual({ commit: git("rev-parse", "HEAD") });
		},
	);

	lab.test(
		"a synthesized stack is applied when its output changed, whatever git says",
		async () => {
			const synth = (value: string) => {
				rmSync(join(clone, "cdktf.out"), { recursive: true, force: true });
				const app = new App({ outdir: join(clone, "cdktf.out") });
				const stack = new TerraformStack(app, "synthesized");
				new LocalBackend(stack, {
					path: "../../../terraform.synthesized.tfstate",
				});
				new DataResource(stack, "thing", { input: { value } });
				app.synth();
			};
			const settings = { ROOTS: "stacks cdktf.out" };
			synth("one");
			expect(run(APPLY, [], settings).stdout).toContain("APPLIED  synthesized");
			synth("one");
			expect(run(APPLY, [], settings).stdout).toContain("nothing changed");
			synth("two");
			expect(run(APPLY, [], settings).stdout).toContain("APPLIED  synthesized");
			expect(run(DRIFT, [], settings).stdout).toContain("5 clean");
		},
	);

	lab.test(
		"an apply that comes between a plan and its own: planned again, and not an error",
		async () => {
			const head = commit({ "stacks/other/main.tf": after("other 5") });
			const between = join(lab.folder, "between");
			const wrapper = join(lab.folder, "terraform-between");
			writeFileSync(
				wrapper,
				`#!/bin/sh\nif [ "$1" = apply ] && mkdir ${between} 2>/dev/null; then ${programs.terraform} apply -auto-approve >&2 || exit; fi\nexec ${programs.terraform} "$@"\n`,
				{ mode: 0o755 },
			);
			const ran = run(APPLY, [], { TERRAFORM_BINARY_NAME: wrapper });
			expect(existsSync(between)).toBe(true);
			expect([ran.code, ran.stdout]).toEqual([
				0,
				"1 changed stack: 1 empty\nEMPTY    other\n",
			]);
			expect(record().other).toEqual({ commit: head });
			commit({ "stacks/other/main.tf": after("other 2") });
			expect(run(APPLY).code).toBe(0);
		},
	);

	lab.test(
		"told to end in the middle of an apply: Terraform writes its state and frees the lock, exit 3, found again",
		async () => {
			const started = join(lab.folder, "started");
			commit({
				"stacks/other/main.tf":
					after("in the middle") +
					`resource "terraform_data" "slow" {\n  depends_on = [terraform_data.thing]\n  provisioner "local-exec" {\n    command = "echo > ${started}; exec sleep 300"\n  }\n}\n`,
			});
			const child = spawn("bash", [APPLY], {
				cwd: clone,
				env: { PATH: process.env.PATH, ...env },
				stdio: ["ignore", "pipe", "ignore"],
			});
			let output = "";
			child.stdout.on("data", (chunk) => {
				output += chunk;
			});
			await eventually("apply", async () => existsSync(started), Boolean);
			// as a pod that is deleted
			child.kill("SIGTERM");
			expect(await new Promise((resolve) => child.once("close", resolve))).toBe(
				3,
			);
			expect(output).toContain("FAILED   other: apply: told to stop");
			expect(input("other")).toBe("in the middle");
			expect(record().other.pending).toBe(true);
			expect(run(DRIFT, ["--locks"]).stdout).toContain("FREE  other");
			git("revert", "--no-edit", "HEAD");
			expect(run(APPLY).stdout).toContain("APPLIED  other");
			expect(input("other")).toBe("other 2");
		},
	);

	lab.test(
		"a shallow clone without the last applied commit: exit 3, what to do, nothing applied",
		async () => {
			commit({ "stacks/other/main.tf": after("other 4") });
			const shallow = join(lab.folder, "shallow");
			must(
				lab.folder,
				[programs.git, "clone", "-q", "--depth=1", `file://${clone}`, shallow],
				PERSON,
			);
			const ran = run(APPLY, [], {}, shallow);
			expect([ran.code, ran.stdout]).toEqual([3, ""]);
			expect(ran.stderr).toContain("which is shallow");
			expect(ran.stderr).toContain("git fetch --unshallow origin");
			expect(existsSync(join(shallow, "stacks/other/terraform.tfstate"))).toBe(
				false,
			);
		},
	);

	describe("settings", () => {
		test.each<
			[string, string, readonly string[], Record<string, string>, string]
		>([
			["no ROOTS", APPLY, [], { ROOTS: "" }, "ROOTS: not set"],
			["an argument that is none", APPLY, ["--force"], {}, "got --force"],
			[
				"no bundle",
				DRIFT,
				[],
				{ GUARD: "/nowhere/guard.mjs" },
				"GUARD: /nowhere/guard.mjs cannot be read",
			],
			["a root that is none", DRIFT, [], { ROOTS: "docs" }, "no *.tf"],
			["no number", APPLY, [], { PARALLEL: "many" }, "--parallel"],
			[
				"a Vault, and nothing to log in with",
				DRIFT,
				[],
				{ VAULT_ADDR: "http://127.0.0.1:1", VAULT_JWT_FILE: "/nowhere" },
				"no VAULT_TOKEN and no readable /nowhere",
			],
		])("%s: exit 2", (_what, script, args, more, message) => {
			const ran = run(script, args, more);
			expect([ran.code, ran.stdout]).toEqual([2, ""]);
			expect(ran.stderr).toContain(message);
		});

		test("a synth that fails: exit 3, and nothing is planned", () => {
			const ran = run(DRIFT, [], { SYNTH: "echo no >&2; exit 7" });
			expect([ran.code, ran.stdout]).toEqual([3, ""]);
		});
	});

	describe("the record in a ConfigMap", () => {
		// stands for kubectl, which needs a cluster: get and apply of one ConfigMap, kept in a file
		const kubectl = `#!/bin/sh
case "$1 $2" in
"get configmap") [ ! -e "$STORE.denied" ] || { echo forbidden >&2; exit 1; }; if [ -e "$STORE" ]; then cat "$STORE"; fi ;;
"create configmap") jq -n --rawfile text "\${4#--from-file=applied.json=}" '{data: {"applied.json": $text}}' ;;
"apply -f") cp "$3" "$STORE" ;;
*) exit 64 ;;
esac
`;
		lab.test(
			"is read and written there; one that cannot be read stops the run",
			async () => {
				const bin = join(lab.folder, "bin");
				const store = join(lab.folder, "map.json");
				writeFiles(bin, { kubectl });
				chmodSync(join(bin, "kubectl"), 0o755);
				const settings = {
					APPLIED_FILE: "",
					KUBERNETES_SERVICE_HOST: "10.0.0.1",
					PATH: `${bin}:${process.env.PATH}`,
					STORE: store,
				};
				const first = run(APPLY, [], settings);
				expect([first.code, first.stdout]).toEqual([
					0,
					expect.stringContaining("4 changed stacks: "),
				]);
				expect(run(APPLY, [], settings).stdout).toContain("nothing changed");
				const kept = JSON.parse(
					JSON.parse(readFileSync(store, "utf8")).data["applied.json"],
				);
				expect(Object.keys(kept.stacks)).toEqual([
					"app",
					"last",
					"net",
					"other",
				]);
				writeFileSync(`${store}.denied`, "");
				const denied = run(APPLY, [], settings);
				expect([denied.code, denied.stdout]).toEqual([3, ""]);
				expect(denied.stderr).toContain(
					"ConfigMap last-applied: cannot be read",
				);
			},
		);
	});
});
