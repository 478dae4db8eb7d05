import {
	mkdirSync,
	readFileSync,
	renameSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { App, DataResource, LocalBackend, TerraformStack } from "cdktf";
import { runGuard } from "../support/guard";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import type { Finished } from "../support/run-program";
import { dataRoot, must, writeFiles } from "../support/terraform/hand-written";

const { suite, programs } = requirePrograms("git");

const PERSON = {
	GIT_AUTHOR_NAME: "t",
	GIT_AUTHOR_EMAIL: "t@example.com",
	GIT_COMMITTER_NAME: "t",
	GIT_COMMITTER_EMAIL: "t@example.com",
	GIT_CONFIG_GLOBAL: "/dev/null",
};

/** A root whose state is at `<name>.tfstate` of a folder, and that reads those of others. */
function reading(name: string, ...others: readonly string[]): string {
	return [
		`terraform {\n  backend "local" {\n    path = "../../state/${name}.tfstate"\n  }\n}`,
		...others.map(
			(other) =>
				`data "terraform_remote_state" "${other}" {\n  backend = "local"\n  config = {\n    path = "\${path.module}/../../state/${other}.tfstate" # of ${other}\n  }\n}`,
		),
		dataRoot(name),
	].join("\n");
}

suite("guard changed on a real clone", () => {
	const lab = new Lab();
	let clone: string;
	const git = (...args: readonly string[]) =>
		must(clone, [programs.git, ...args], PERSON);
	const commit = (files: Readonly<Record<string, string>>): string => {
		writeFiles(clone, files);
		git("add", "-A");
		git("commit", "-qm", "next");
		return git("rev-parse", "HEAD").trim();
	};
	const changed = (
		base: string,
		args: readonly string[] = [join(clone, "stacks")],
		env: Readonly<Record<string, string>> = {},
	) => runGuard(["changed", ...args, "--base", base], env);
	const names = ({ stdout }: Finished) =>
		stdout
			.split("\n")
			.filter(Boolean)
			.map((path) => path.slice(path.lastIndexOf("/") + 1));

	lab.before(async () => {
		clone = join(lab.folder, "clone");
		mkdirSync(clone);
		git("init", "-q", "-b", "master");
		commit({
			".gitignore": ".terraform/\n*.tfstate*\ncdktf.out/\n",
			// names against the order, so that the alphabet cannot pass for it
			"stacks/c-net/main.tf": reading("c-net"),
			"stacks/b-db/main.tf": reading("b-db", "c-net"),
			"stacks/a-app/main.tf": reading("a-app", "b-db"),
			"stacks/alone/main.tf": `${dataRoot("alone")}module "m" {\n  source = "../../shared/one"\n}\nlocals {\n  text = templatefile("\${path.module}/../../files/\${var.name}.tpl", {})\n  # file("../../unused/x")\n}\n`,
			"stacks/nested/main.tf": `locals {\n  a = "x \${file("\${path.module}/../../nested/a.txt")}"\n}\n`,
			"stacks/nested/more.tf.json": `{"locals": {"b": "\${file(\\"\${path.root}/../../nested/b.txt\\")}"}}`,
			"nested/a.txt": "a",
			"nested/b.txt": "b",
			"nested/c.txt": "c",
			"shared/one/main.tf": 'module "deep" {\n  source = "../two"\n}\n',
			"shared/two/main.tf":
				'output "x" {\n  value = file("../../files-of-two/x.txt")\n}\n',
			"files/a.tpl": "a",
			"files-of-two/x.txt": "x",
			"unused/x": "x",
			"linked/common.tf": "# common\n",
			"config.tfvars": "a = 1\n",
			"modules/m/main.tf": "# m\n",
			"values/prod.tfvars": "a = 1\n",
			"tg/terragrunt.hcl": "# root\n",
			"tg/vpc/terragrunt.hcl":
				"include {\n  path = find_in_parent_folders()\n}\n",
			"tg/app/terragrunt.hcl": `include {\n  path = find_in_parent_folders()\n}\nterraform {\n  source = "../../shared//one"\n}\ndependency "vpc" {\n  config_path = "../vpc"\n}\nlocals {\n  common = "\${get_parent_terragrunt_dir()}/common.tfvars"\n}\n`,
			"tg/app/README.md": "app",
			"tg/common.tfvars": "a = 1\n",
		});
		symlinkSync(
			"../../linked/common.tf",
			join(clone, "stacks/c-net/common.tf"),
		);
		commit({});
	});

	lab.test("nothing changed: no line, exit 0", async () => {
		const ran = await changed("HEAD");
		expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, "", ""]);
	});

	describe("what a root depends on", () => {
		const ALL = ["c-net", "b-db", "a-app", "alone", "nested"];
		test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
			["a file of its own", { "stacks/b-db/new.txt": "x" }, ["b-db"]],
			["a local module", { "shared/one/x.tf": "# x\n" }, ["alone"]],
			["a module of a module", { "shared/two/x.tf": "# x\n" }, ["alone"]],
			["a file that this one reads", { "files-of-two/x.txt": "y" }, ["alone"]],
			[
				"a template whose name shows at run time",
				{ "files/b.tpl": "b" },
				["alone"],
			],
			["only named in a comment", { "unused/x": "y" }, []],
			["what a link points at", { "linked/common.tf": "# y\n" }, ["c-net"]],
			["modules/", { "modules/m/new.tf": "# n\n" }, ALL],
			["config.tfvars", { "config.tfvars": "a = 2\n" }, ALL],
			["terragrunt.hcl at the top", { "terragrunt.hcl": "# x\n" }, ALL],
			["a string in a string", { "nested/a.txt": "A" }, ["nested"]],
			["a string in a string of JSON", { "nested/b.txt": "B" }, ["nested"]],
			["the file beside them", { "nested/c.txt": "C" }, []],
			["a file of nobody", { "docs/x.md": "x" }, []],
		])("%s", async (_what, files, wanted) => {
			const base = git("rev-parse", "HEAD").trim();
			commit(files);
			const ran = await changed(base);
			expect([ran.code, names(ran).sort()]).toEqual([0, [...wanted].sort()]);
		});

		lab.test("a var file of TF_CLI_ARGS", async () => {
			const base = git("rev-parse", "HEAD").trim();
			commit({ "values/prod.tfvars": "a = 3\n" });
			const env = { TF_CLI_ARGS_plan: "-var-file=../../values/prod.tfvars" };
			expect(names(await changed(base))).toEqual([]);
			expect(names(await changed(base, undefined, env)).sort()).toEqual(
				[...ALL].sort(),
			);
		});

		lab.test("what is not committed, and what is gone", async () => {
			writeFiles(clone, { "stacks/alone/untracked.tf": "# x\n" });
			renameSync(join(clone, "files/a.tpl"), join(clone, "files/c.tpl"));
			unlinkSync(join(clone, "stacks/b-db/new.txt"));
			const ran = await changed("HEAD", ["--json", join(clone, "stacks")]);
			const { roots } = JSON.parse(ran.stdout);
			expect(roots).toEqual([
				expect.objectContaining({
					stack: "b-db",
					because: ["stacks/b-db/new.txt"],
				}),
				expect.objectContaining({
					stack: "alone",
					because: ["files/a.tpl", "files/c.tpl", "stacks/alone/untracked.tf"],
				}),
			]);
			git("checkout", "-q", ".");
			git("clean", "-qfd");
		});

		lab.test(
			"Terragrunt: its includes, its source, its dependencies",
			async () => {
				const base = git("rev-parse", "HEAD").trim();
				commit({ "tg/terragrunt.hcl": "# changed\n" });
				const roots = [join(clone, "tg")];
				expect(names(await changed(base, roots))).toEqual(["vpc", "app"]);
				// a root itself, whatever lies below it
				writeFiles(clone, { "tg/vpc/policies/main.tf": "# p\n" });
				const vpc = [join(clone, "tg/vpc")];
				expect(names(await changed(base, vpc))).toEqual(["vpc"]);
				git("clean", "-qfd");
				const next = commit({ "shared/two/y.tf": "# y\n" });
				expect(names(await changed(`${next}~1`, roots))).toEqual(["app"]);
				commit({ "tg/common.tfvars": "a = 2\n" });
				expect(names(await changed(next, roots))).toEqual(["app"]);
			},
		);
	});

	describe("order", () => {
		lab.test("a root comes after those whose state it reads", async () => {
			const base = git("rev-parse", "HEAD").trim();
			commit({ "config.tfvars": "a = 4\n" });
			const ran = await changed(base, [join(clone, "stacks"), "--json"]);
			const { roots } = JSON.parse(ran.stdout) as {
				roots: { stack: string; after: string[] }[];
			};
			expect(roots.map(({ stack }) => stack)).toEqual([
				"c-net",
				"b-db",
				"a-app",
				"alone",
				"nested",
			]);
			expect(roots[2]?.after).toEqual(
				["c-net", "b-db"].map((name) => join(clone, "stacks", name)),
			);
		});

		lab.test("through one that did not change", async () => {
			const base = git("rev-parse", "HEAD").trim();
			commit({ "stacks/a-app/x": "x", "stacks/c-net/x": "x" });
			expect(names(await changed(base))).toEqual(["c-net", "a-app"]);
		});

		lab.test("a cycle is named, exit 2", async () => {
			const base = git("rev-parse", "HEAD").trim();
			commit({ "stacks/c-net/main.tf": reading("c-net", "a-app") });
			const ran = await changed(base);
			expect([ran.code, ran.stdout]).toEqual([2, ""]);
			expect(ran.stderr).toContain("a-app -> b-db -> c-net -> a-app");
			git("revert", "--no-edit", "HEAD");
		});
	});

	describe("synthesized stacks", () => {
		const synth = (value: string, metadata = "cdktf") => {
			const app = new App({ outdir: join(clone, "cdktf.out") });
			const stacks = ["z-first", "y-second"].map((name) => {
				const stack = new TerraformStack(app, name);
				new LocalBackend(stack, { path: `../../../${name}.tfstate` });
				new DataResource(stack, "thing", {
					input: { value: name === "z-first" ? value : "same" },
				});
				return stack;
			});
			stacks[1]?.addDependency(stacks[0] as TerraformStack);
			app.synth();
			const file = join(clone, "cdktf.out/stacks/z-first/cdk.tf.json");
			const text = readFileSync(file, "utf8");
			writeFileSync(
				file,
				text.replace('"stackName"', `"${metadata}": "x",\n"stackName"`),
			);
		};

		lab.test(
			"without a digest they count as changed, in the manifest's order",
			async () => {
				synth("one");
				const ran = await changed("HEAD", [join(clone, "cdktf.out")]);
				expect(names(ran)).toEqual(["z-first", "y-second"]);
			},
		);

		lab.test(
			"committed output is compared with the base, the notes of who wrote it apart",
			async () => {
				git("add", "-f", "cdktf.out");
				commit({});
				synth("one", "another version's note");
				expect(
					names(await changed("HEAD", [join(clone, "cdktf.out")])),
				).toEqual([]);
				synth("two");
				expect(
					names(await changed("HEAD", [join(clone, "cdktf.out")])),
				).toEqual(["z-first"]);
				git("checkout", "-q", ".");
			},
		);
	});

	describe("a base that cannot be had", () => {
		lab.test(
			"is exit 3, and the message says what to do; the printed command does it",
			async () => {
				const first = git("rev-list", "--max-parents=0", "HEAD").trim();
				const shallow = join(lab.folder, "shallow");
				must(
					lab.folder,
					[
						programs.git,
						"clone",
						"-q",
						"--depth=1",
						`file://${clone}`,
						shallow,
					],
					PERSON,
				);
				const ran = await changed(first, [join(shallow, "stacks")]);
				expect([ran.code, ran.stdout]).toEqual([3, ""]);
				expect(ran.stderr).toContain(
					`base ${first}: not in this clone, which is shallow`,
				);
				const [, command = ""] = /run (git .*)$/m.exec(ran.stderr) ?? [];
				must(shallow, ["sh", "-c", command], PERSON);
				expect((await changed(first, [join(shallow, "stacks")])).code).toBe(0);
			},
		);

		test.each([
			["no-such-branch", 3, "base no-such-branch: not in this clone"],
			["0000000000000000000000000000000000000000", 3, "not in this clone"],
			["", 2, "--base"],
			["--output=/tmp/x", 2, "--base"],
			["a b", 2, "a revision as git takes it"],
		])("%j: exit %i", async (base, code, message) => {
			const ran = await changed(base);
			expect([ran.code, ran.stdout]).toEqual([code, ""]);
			expect(ran.stderr).toContain(message);
		});

		lab.test("no clone at all, no git", async () => {
			writeFiles(lab.folder, { "loose/a/main.tf": dataRoot("a") });
			const loose = [join(lab.folder, "loose")];
			const ran = await changed("HEAD", loose, {
				GIT_CEILING_DIRECTORIES: lab.folder,
			});
			expect(ran.code).toBe(3);
			expect(ran.stderr).toContain("not a git repository");
			const none = await changed("HEAD", undefined, { PATH: "/nowhere" });
			expect(none.code).toBe(3);
			expect(none.stderr).toContain("git: no such program");
		});

		lab.test("an --applied that is no record is usage", async () => {
			const file = join(lab.folder, "applied.json");
			writeFileSync(
				file,
				'{"schema": 1, "stacks": {"a": {"commit": "--evil"}}}',
			);
			const ran = await changed("HEAD", [
				join(clone, "stacks"),
				"--applied",
				file,
			]);
			expect(ran.code).toBe(2);
			expect(ran.stderr).toContain("is no record of applied commits");
		});
	});
});
