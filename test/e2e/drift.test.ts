import { spawn } from "node:child_process";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { DRIFT_METRICS } from "../../lib/guard/contract";
import { eventually } from "../support/eventually";
import { runGuard } from "../support/guard";
import { Lab } from "../support/lab";
import { runningProcesses } from "../support/processes";
import { Pushgateway } from "../support/pushgateway";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { dataRoot, must, writeFiles } from "../support/terraform/hand-written";
import {
	type StackFolder,
	stackFolder,
} from "../support/terraform/stack-folder";
import { readValue, writeValue } from "../support/terraform/values";
import {
	type Terraform,
	withTerraform,
} from "../support/terraform/with-terraform";

const { suite, programs } = requirePrograms(
	"terraform",
	"pushgateway",
	"promtool",
	"git",
);

const SECRET = "fixture-secret-4d1f";
const NOW = () => Math.floor(Date.now() / 1000);

suite("guard drift on a real Terraform and a real Pushgateway", () => {
	const lab = new Lab();
	let gateway: Pushgateway;
	let stacks: string;
	let temporary: string;
	let env: Record<string, string>;

	const drift = (args: readonly string[], more: Record<string, string> = {}) =>
		runGuard(["drift", ...args], { ...env, ...more });
	const metric = (name: keyof typeof DRIFT_METRICS, stack?: string) =>
		gateway.value(DRIFT_METRICS[name].name, stack ? { stack } : {});
	const causes = async (stack: string) =>
		(await gateway.series())
			.filter(({ name }) => name === DRIFT_METRICS.causeInfo.name)
			.filter(({ labels }) => labels.stack === stack)
			.map(({ labels }) => labels.cause);

	lab.before(async () => {
		gateway = await Pushgateway.start(lab, programs.pushgateway);
		stacks = join(lab.folder, "stacks");
		temporary = join(lab.folder, "tmp");
		mkdirSync(temporary);
		env = {
			HOME: lab.folder,
			TMPDIR: temporary,
			TERRAFORM_BINARY_NAME: programs.terraform,
		};
		writeFiles(stacks, {
			"one/main.tf": dataRoot("first"),
			"two/main.tf": dataRoot("first"),
			"README.md": "no root",
			"modules-of-nobody/README.md": "no root either",
		});
		for (const name of ["one", "two"])
			for (const command of [["init"], ["apply", "-auto-approve"]])
				must(join(stacks, name), [programs.terraform, ...command], env);
	});

	describe("four runs", () => {
		let firstSeen: number | undefined;

		lab.test(
			"clean: exit 0, a group with every family but an age",
			async () => {
				const ran = await drift([stacks, "--push", gateway.origin]);
				expect(ran.stderr).toContain("2/2");
				expect([ran.code, ran.stdout]).toEqual([
					0,
					"2 stacks: 0 differ, 0 could not be planned, 2 clean\nCLEAN    one, two\n",
				]);
				expect(await gateway.groups()).toEqual([{ job: "drift-detection" }]);
				expect(await metric("state", "one")).toBe(0);
				expect(await metric("ageHours", "one")).toBe(0);
				expect(await metric("firstSeen", "one")).toBeUndefined();
				expect(await metric("clean")).toBe(2);
				expect(NOW() - ((await metric("lastRun")) ?? 0)).toBeLessThan(60);
			},
		);

		lab.test(
			"differs: exit 1, first seen now, the state by hand and the code alike",
			async () => {
				// the code of one, the state of the other
				writeFileSync(join(stacks, "one/main.tf"), dataRoot("second"));
				const state = join(stacks, "two/terraform.tfstate");
				const text = readFileSync(state, "utf8");
				writeFileSync(state, text.replaceAll('"first"', '"by hand"'));
				const ran = await drift([stacks, "--push", gateway.origin]);
				expect(ran.code).toBe(1);
				expect(ran.stdout).toContain("DIFFERS  one: 1 resource, unapplied\n");
				expect(ran.stdout).toContain(
					"  update  terraform_data.thing (unapplied)\n",
				);
				expect(await metric("state", "one")).toBe(1);
				expect(await causes("one")).toEqual(["unapplied"]);
				expect(await metric("differing")).toBe(2);
				firstSeen = await metric("firstSeen", "one");
				expect(NOW() - (firstSeen ?? 0)).toBeLessThan(60);
			},
		);

		lab.test(
			"still: its age grows from when it was first seen; another stack's error stands apart",
			async () => {
				// as if the last run had been 80 hours ago
				const past = NOW() - 80 * 3600;
				const { name } = DRIFT_METRICS.firstSeen;
				await fetch(`${gateway.origin}/metrics/job/drift-detection`, {
					method: "POST",
					body: `# TYPE ${name} gauge\n${name}{stack="one"} ${past}\n${name}{stack="two"} ${firstSeen}\n`,
				});
				writeFiles(stacks, {
					"bad/main.tf": dataRoot(
						"bad",
						`variable "password" {\n  default   = "${SECRET}"\n  sensitive = true\n}\nlocals { broken = tonumber(var.password) }\n`,
					),
				});
				const slack = join(lab.folder, "slack.txt");
				const ran = await drift([
					stacks,
					"--push",
					gateway.origin,
					"--slack",
					slack,
				]);
				expect(ran.code).toBe(3);
				expect(ran.stdout).toMatch(
					/^ERROR {4}bad: plan: Invalid function argument/m,
				);
				expect(ran.stdout).toContain(
					"DIFFERS  one, for 3 days: 1 resource, unapplied",
				);
				const message = readFileSync(slack, "utf8");
				expect(message).toContain("DIFFERS  one, for 3 days");
				expect(ran.stdout + ran.stderr + message).not.toContain(SECRET);
				expect(await metric("firstSeen", "one")).toBe(past);
				expect(await metric("firstSeen", "two")).toBe(firstSeen);
				expect(await metric("ageHours", "one")).toBeCloseTo(80, 1);
				expect(await metric("state", "bad")).toBe(2);
				expect(await causes("bad")).toEqual([]);
				expect([
					await metric("differing"),
					await metric("errors"),
					await metric("clean"),
				]).toEqual([2, 1, 0]);
			},
		);

		lab.test("an error keeps the age too", async () => {
			const past = await metric("firstSeen", "one");
			writeFileSync(join(stacks, "one/broken.tf"), "resource {");
			expect((await drift([stacks, "--push", gateway.origin])).code).toBe(3);
			expect(await metric("state", "one")).toBe(2);
			expect(await metric("firstSeen", "one")).toBe(past);
			must(stacks, ["rm", "-r", "one/broken.tf", "bad"]);
		});

		lab.test(
			"clean again: the age is gone, and so are the stacks that are no more",
			async () => {
				for (const name of ["one", "two"])
					must(
						join(stacks, name),
						[programs.terraform, "apply", "-auto-approve"],
						env,
					);
				// as the workflow does it
				must(lab.folder, [programs.git, "init", "-q"]);
				const out = must(lab.folder, ["bash", resolve("ci/drift-detection")], {
					...env,
					ROOTS: "stacks",
					PUSHGATEWAY: gateway.origin,
					GUARD: resolve("dist/guard.mjs"),
				});
				expect(out).toContain("CLEAN    one, two\n");
				const report = readFileSync(join(lab.folder, ".ci-report"), "utf8");
				expect(report).toBe(
					"2 stacks: 0 differ, 0 could not be planned, 2 clean\n",
				);

				expect(await metric("state", "one")).toBe(0);
				expect(await metric("ageHours", "one")).toBe(0);
				expect(await metric("firstSeen", "one")).toBeUndefined();
				expect(await metric("state", "bad")).toBeUndefined();
			},
		);

		lab.test("promtool finds nothing wrong with what was pushed", async () => {
			const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
			const own = metrics.split("\n").filter((line) => line.includes("drift_"));
			const file = join(lab.folder, "metrics.txt");
			writeFileSync(file, `${own.join("\n")}\n`);
			const ran = await runProgram("sh", [
				"-c",
				`exec ${programs.promtool} check metrics < ${file}`,
			]);
			// names that others script against already; nothing else, and it can be read
			const advice = ran.stderr.trim().split("\n").sort();
			expect(advice).toEqual([
				'drift_clean_count non-histogram and non-summary metrics should not have "_count" suffix',
				'drift_error_count non-histogram and non-summary metrics should not have "_count" suffix',
				'drift_stack_age_hours use base unit "seconds" instead of "hours"',
				'drift_stack_count non-histogram and non-summary metrics should not have "_count" suffix',
			]);
			expect(ran.stdout).toBe("");
			expect(own.length).toBeGreaterThan(10);
		});

		test("no plan is left behind", () => {
			expect(readdirSync(temporary)).toEqual([]);
		});
	});

	describe("a Pushgateway that is not there", () => {
		lab.test(
			"exit 3, the report all the same; what the last run published stays",
			async () => {
				await gateway.stop();
				const ran = await drift([stacks, "--push", gateway.origin]);
				expect(ran.code).toBe(3);
				expect(ran.stdout).toContain("CLEAN    one, two");
				expect(ran.stdout).toContain("NOT PUSHED");
				expect(ran.stderr).toContain("ECONNREFUSED");
				await gateway.start();
			},
		);
	});

	describe("what is no root, or cannot be planned", () => {
		lab.test(
			"usage is exit 2, all mistakes at once, and nothing is planned",
			async () => {
				const one = join(stacks, "one");
				const ran = await drift([
					one,
					`${stacks}/../stacks/one`,
					join(stacks, "modules-of-nobody"),
					join(stacks, "none"),
					"--parallel",
					"0",
					"--push",
					"nonsense",
				]);
				expect(ran.code).toBe(2);
				expect(ran.stdout).toBe("");
				for (const part of [
					"named twice",
					"no *.tf, cdk.tf.json or terragrunt.hcl in it or below it",
					"no such folder",
					"--parallel",
					"--push",
				])
					expect(ran.stderr).toContain(part);
			},
		);

		lab.test(
			"no such Terraform, or one of the wrong version: errors, never clean",
			async () => {
				const missing = await drift([stacks], {
					TERRAFORM_BINARY_NAME: "/nowhere/terraform",
				});
				expect(missing.code).toBe(3);
				expect(missing.stdout).toContain(
					"ERROR    one: init: /nowhere/terraform: no such program",
				);
				writeFiles(stacks, {
					"one/version.tf": 'terraform {\n  required_version = ">= 99"\n}\n',
				});
				const wrong = await drift([join(stacks, "one")]);
				must(stacks, ["rm", "one/version.tf"]);
				expect(wrong.code).toBe(3);
				expect(wrong.stdout).toMatch(
					/ERROR {4}one: init: Unsupported (Terraform|OpenTofu) Core version/,
				);
			},
		);
	});

	describe("a lock that is held", () => {
		lab.test(
			"is shown with its holder, its age and the line that frees it; a plan that waits for it is an error in time, and leaves no process",
			async () => {
				const root = join(stacks, "held");
				writeFiles(root, {
					"main.tf":
						'resource "terraform_data" "slow" {\n  provisioner "local-exec" {\n    command = "exec sleep 300"\n  }\n}\n',
				});
				must(root, [programs.terraform, "init"], env);
				const holder = spawn(programs.terraform, ["apply", "-auto-approve"], {
					cwd: root,
					env: { PATH: process.env.PATH, CHECKPOINT_DISABLE: "1", ...env },
					stdio: "ignore",
					detached: true,
				});
				try {
					const note = await eventually(
						"lock",
						async () => {
							try {
								return readFileSync(
									join(root, ".terraform.tfstate.lock.info"),
									"utf8",
								);
							} catch {
								return "";
							}
						},
						(text) => text.endsWith("}"),
					);
					const { ID } = JSON.parse(note) as { ID: string };
					const locks = await drift([stacks, "--locks"]);
					expect(locks.code).toBe(1);
					expect(locks.stdout).toMatch(
						/^LOCKED {2}held: by \S+@\S+ \(Apply\), for \d+ s, since 20/m,
					);
					expect(locks.stdout).toContain(
						`${programs.terraform} -chdir=${root} force-unlock ${ID}`,
					);
					expect(locks.stdout).toContain("FREE  one");

					const waited = await drift([root, "--timeout", "2s"]);
					expect(waited.code).toBe(3);
					expect(waited.stdout).toContain(
						"ERROR    held: plan: not done within 2 s",
					);
					// the plan file would be below our own folder for temporary files
					const left = runningProcesses().filter(({ command }) =>
						command.includes(`-out=${temporary}`),
					);
					expect(left).toEqual([]);
				} finally {
					process.kill(-(holder.pid ?? 0), "SIGKILL");
				}
				// the kernel has freed it; the note is what a killed run leaves
				const left = await drift([root, "--locks"]);
				expect(left.code).toBe(1);
				expect(left.stdout).toContain("LEFT OVER  held: by ");
				expect((await drift([root, "--locks"])).code).toBe(0);
			},
		);

		lab.test(
			"what a killed run left on another machine's disk is shown too, in a clone that is new",
			async () => {
				const root = join(lab.folder, "left/over");
				const note = {
					ID: "0a0a0a0a-1111-2222-3333-444444444444",
					Operation: "OperationTypeApply",
					Who: "ci@pod-7",
					Created: new Date(Date.now() - 5 * 3_600_000).toISOString(),
				};
				writeFiles(lab.folder, {
					"left/over/main.tf": `terraform {\n  backend "local" {\n    path = "../kept/over.tfstate"\n  }\n}\n${dataRoot("over")}`,
					"left/kept/.over.tfstate.lock.info": JSON.stringify(note),
				});
				const ran = await drift([root, "--locks"]);
				expect(ran.code).toBe(1);
				expect(ran.stdout).toContain(
					"LEFT OVER  over: by ci@pod-7 (Apply), for 5 h, since ",
				);
				expect(ran.stdout).toContain(
					`${programs.terraform} -chdir=${root} force-unlock ${note.ID}`,
				);
			},
		);
	});
});

suite("how Terraform is run", () => {
	const lab = new Lab();
	let env: Record<string, string>;
	const script = (name: string, text: string): string => {
		const path = join(lab.folder, name);
		writeFileSync(path, `#!/bin/sh\n${text}`, { mode: 0o755 });
		return path;
	};

	lab.before(async () => {
		env = { HOME: lab.folder, TERRAFORM_BINARY_NAME: programs.terraform };
	});

	lab.test(
		"Terragrunt, or what wraps it, runs where there is a terragrunt.hcl; all kinds side by side, by glob, parent and cdktf.out",
		async () => {
			const wrapper = script(
				"tg",
				`echo "$1" >> ${lab.folder}/tg.log\nexec ${programs.terraform} "$@"\n`,
			);
			const cdktf = { resource: { terraform_data: { thing: {} } } };
			writeFiles(lab.folder, {
				"mixed/hcl/main.tf": dataRoot("hcl"),
				"mixed/tg/main.tf": dataRoot("tg"),
				"mixed/tg/terragrunt.hcl": "",
				"mixed/nothing/x.txt": "",
				"cdktf.out/manifest.json": "{}",
				"cdktf.out/stacks/synth/cdk.tf.json": JSON.stringify(cdktf),
			});
			const ran = await runGuard(
				[
					"drift",
					join(lab.folder, "mixed/*"),
					join(lab.folder, "cdktf.out"),
					"--terragrunt",
					wrapper,
					"--json",
				],
				env,
			);
			expect([ran.code, ran.stderr]).toEqual([
				1,
				expect.stringContaining("3/3"),
			]);
			const { stacks } = JSON.parse(ran.stdout) as {
				stacks: { stack: string; state: string }[];
			};
			expect(stacks.map(({ stack, state }) => [stack, state])).toEqual([
				["hcl", "differs"],
				["tg", "differs"],
				["synth", "differs"],
			]);
			expect(readFileSync(join(lab.folder, "tg.log"), "utf8")).toBe(
				"init\nplan\nshow\n",
			);
		},
	);

	lab.test(
		"SIGTERM: what was started ends too, nothing is published, exit 3",
		async () => {
			writeFiles(lab.folder, {
				"slow/a/main.tf": dataRoot("a"),
				"slow/b/main.tf": dataRoot("b"),
			});
			const pids = join(lab.folder, "pids");
			// a wrapper that does not pass the signal on
			const terraform = script(
				"slow-terraform",
				`echo $$ >> ${pids}\nsleep 300\n`,
			);
			const child = spawn(
				process.execPath,
				[
					"dist/guard.mjs",
					"drift",
					join(lab.folder, "slow"),
					"--push",
					"http://127.0.0.1:1",
				],
				{
					env: {
						...env,
						PATH: process.env.PATH,
						TERRAFORM_BINARY_NAME: terraform,
					},
					stdio: ["ignore", "pipe", "pipe"],
				},
			);
			let output = "";
			for (const stream of [child.stdout, child.stderr])
				stream.on("data", (chunk) => {
					output += chunk;
				});
			const started = () => {
				try {
					return readFileSync(pids, "utf8").trim().split("\n");
				} catch {
					return [];
				}
			};
			// init of one root at a time: nothing is known of what it would write into the cache
			const [first = ""] = await eventually(
				"start",
				async () => started(),
				(all) => all.length > 0,
			);
			child.kill("SIGTERM");
			const code = await new Promise((resolve) => child.once("close", resolve));
			expect([code, output]).toEqual([
				3,
				expect.stringContaining("told to stop"),
			]);
			expect(started()).toEqual([first]);
			const groups = runningProcesses().map(({ group }) => group);
			expect(groups).not.toContain(Number(first));
		},
	);

	lab.test(
		"a program that floods its output, and one that crashes, are errors",
		async () => {
			writeFiles(lab.folder, { "odd/main.tf": dataRoot("odd") });
			const flood = script(
				"flood",
				'if [ "$1" = plan ]; then exit 2; fi\nif [ "$1" = show ]; then head -c 80000000 /dev/zero; fi\n',
			);
			const crash = script(
				"crash",
				'if [ "$1" = plan ]; then kill -SEGV $$; fi\n',
			);
			const mute = script("mute", 'if [ "$1" = plan ]; then exit 2; fi\n');
			const run = (terraform: string) =>
				runGuard(["drift", join(lab.folder, "odd")], {
					...env,
					TERRAFORM_BINARY_NAME: terraform,
				});
			expect(await run(flood)).toMatchObject({
				code: 3,
				stdout: expect.stringContaining(
					"ERROR    odd: show: more than 67108864 bytes of output",
				),
			});
			expect(await run(crash)).toMatchObject({
				code: 3,
				stdout: expect.stringContaining("was ended by SIGSEGV"),
			});
			expect(await run(mute)).toMatchObject({
				code: 3,
				stdout: expect.stringMatching(/ERROR {4}odd: show: /),
			});
		},
		180,
	);
});

suite("drift of a resource that the world changed", () => {
	let stack: StackFolder;
	let terraform: Terraform;

	const fill =
		(wanted: string) =>
		(scope: Parameters<Parameters<typeof stackFolder>[0]>[0]) => {
			for (const name of ["settings", "gone"])
				new ConfigMapV1(scope, name, {
					metadata: { name, namespace: "default" },
					data: { key: name === "settings" ? wanted : "kept" },
				});
		};

	beforeAll(() => {
		stack = stackFolder(fill("first"));
		terraform = withTerraform(stack.path);
		terraform.apply();
	}, 60_000);
	afterAll(() => stack.remove());

	const drift = (...args: string[]) =>
		runGuard(["drift", stack.path, "--json", ...args], {
			HOME: join(stack.path, ".home"),
			TERRAFORM_BINARY_NAME: programs.terraform,
			TF_CLI_CONFIG_FILE: join(stack.path, "terraform.rc"),
			TF_DISABLE_PLUGIN_TLS: "1",
		});

	test("is told apart from what the code changed, by resource and by cause; its value is not told", async () => {
		expect((await drift()).code).toBe(0);
		const { cluster } = terraform.store;
		const changed = "kubernetes_config_map_v1 default/settings";
		const stored = cluster[changed];
		if (!stored) throw new Error(`no ${changed} in ${Object.keys(cluster)}`);
		const state = readValue({ msgpack: Buffer.from(stored.state, "base64") });
		const edited = writeValue({ ...state, data: { key: SECRET } });
		const { "kubernetes_config_map_v1 default/gone": _, ...rest } = cluster;
		terraform.store.cluster = {
			...rest,
			[changed]: {
				...stored,
				state: Buffer.from(edited?.msgpack ?? []).toString("base64"),
			},
		};
		const ran = await drift();
		expect([ran.code, ran.stderr]).toEqual([1, expect.any(String)]);
		const [found] = (JSON.parse(ran.stdout) as { stacks: object[] }).stacks;
		expect(found).toMatchObject({
			state: "differs",
			causes: ["drift"],
			changes: [
				{
					address: "kubernetes_config_map_v1.gone",
					action: "create",
					causes: ["drift"],
				},
				{
					address: "kubernetes_config_map_v1.settings",
					action: "update",
					causes: ["drift"],
				},
			],
		});
		expect(ran.stdout + ran.stderr).not.toContain(SECRET);
	}, 60_000);

	test("where the code changed as well, both are said", async () => {
		stack.again(fill("second"));
		const ran = await drift();
		const [found] = (JSON.parse(ran.stdout) as { stacks: object[] }).stacks;
		expect(found).toMatchObject({
			causes: ["drift", "unapplied"],
			changes: [
				{ address: "kubernetes_config_map_v1.gone", causes: ["drift"] },
				{
					address: "kubernetes_config_map_v1.settings",
					causes: ["drift", "unapplied"],
				},
			],
		});
	}, 60_000);

	test("a cold plugin cache is filled once by roots that need the same provider, and is whole; a warm one is used", async () => {
		const roots = join(stack.path, "../roots");
		const text = readFileSync(join(stack.path, "cdk.tf.json"), "utf8");
		for (const name of ["a", "b", "c", "d"])
			writeFiles(roots, { [`${name}/cdk.tf.json`]: text });
		const cache = join(stack.path, ".cold");
		const run = () =>
			runGuard(["drift", roots], {
				HOME: join(stack.path, ".home"),
				TERRAFORM_BINARY_NAME: programs.terraform,
				TF_CLI_CONFIG_FILE: join(stack.path, "terraform.rc"),
				TF_DISABLE_PLUGIN_TLS: "1",
				TF_PLUGIN_CACHE_DIR: cache,
			});
		for (const _ of ["cold", "warm"]) {
			const ran = await run();
			expect([ran.code, ran.stdout]).toEqual([
				1,
				expect.stringContaining("4 differ, 0 could not be planned"),
			]);
			// links into the cache, not copies of it
			const [file = ""] = must(roots, [
				"find",
				"-L",
				"d/.terraform/providers",
				"-name",
				"terraform-provider-kubernetes*",
			]).split("\n");
			expect(realpathSync(join(roots, file))).toContain(".stand-in");
			expect(
				readdirSync(join(cache, "registry.terraform.io/hashicorp")).sort(),
			).toEqual(["kubernetes", "vault"]);
			must(roots, ["sh", "-c", "rm -rf */.terraform */.terraform.lock.hcl"]);
		}
	}, 120_000);
});
