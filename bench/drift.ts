import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { findProgram } from "../test/support/programs";
import {
	makeProviderMirror,
	type TerraformJson,
} from "../test/support/terraform/provider-mirror";
import type { Benchmark } from "./benchmark";
import { GUARD } from "./guard";
import { type Run, run } from "./run";
import { median, spread } from "./statistics";
import { inWorkshop } from "./workshop";

const ROOTS = 20;
const ROUNDS = 3;
const CDKTF = "cdktf-cli@0.21.0";

/** 20 synthesized stacks with one provider and one resource each; their names. */
function synthesize(folder: string): readonly string[] {
	const app = new App({ outdir: join(folder, "cdktf.out") });
	const names = Array.from({ length: ROOTS }, (_, i) => `root-${i}`);
	for (const name of names) {
		const stack = new TerraformStack(app, name);
		new LocalBackend(stack, { path: "terraform.tfstate" });
		new KubernetesProvider(stack, "kubernetes");
		new ConfigMapV1(stack, "map", {
			metadata: { name, namespace: "default" },
			data: { key: "value" },
		});
	}
	app.synth();
	return names;
}

/** Where the cdktf of an npm package is; undefined where npm cannot have it. */
async function cdktfProgram(): Promise<string | undefined> {
	const found = await run("npx", [
		"--yes",
		`--package=${CDKTF}`,
		"-c",
		"command -v cdktf",
	]);
	return found.code === 0 ? found.stdout.trim() : undefined;
}

/** Planning 20 roots: side by side, one after the other, and by `cdktf diff`; with a cold and a warm plugin cache. */
export const drift: Benchmark = {
	name: "drift",
	about: "planning 20 roots at parallelism 4, 1, and by cdktf diff",
	needs: ["terraform"],
	run: (log) =>
		inWorkshop(async ({ folder }) => {
			const names = synthesize(folder);
			const stacks = join(folder, "cdktf.out/stacks");
			const mirror = join(folder, "mirror");
			const first = join(stacks, names[0] ?? "", "cdk.tf.json");
			const json = JSON.parse(readFileSync(first, "utf8")) as TerraformJson;
			makeProviderMirror(mirror, join(folder, "store"), [json]);
			const settings = join(folder, "terraform.rc");
			writeFileSync(
				settings,
				`provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
			);
			const cache = join(folder, "cache");
			const env = {
				TERRAFORM_BINARY_NAME: findProgram("terraform") ?? "",
				TF_CLI_CONFIG_FILE: settings,
				TF_DISABLE_PLUGIN_TLS: "1",
				TF_PLUGIN_CACHE_DIR: cache,
				CHECKPOINT_DISABLE: "1",
				TF_IN_AUTOMATION: "1",
			};
			const forget = (isCold: boolean) => {
				for (const name of names)
					for (const left of [".terraform", ".terraform.lock.hcl"])
						rmSync(join(stacks, name, left), { recursive: true, force: true });
				if (isCold) rmSync(cache, { recursive: true, force: true });
				mkdirSync(cache, { recursive: true });
			};
			const expectPlans = (ran: Run, wanted: number, what: string) => {
				if (ran.code !== wanted)
					throw new Error(
						`${what}: exit ${ran.code}: ${ran.stdout}${ran.stderr}`,
					);
			};

			const ways = [4, 1].flatMap((parallel) =>
				["cold", "warm"].map((state) => ({
					parallel,
					state,
					took: [] as number[],
				})),
			);
			for (let round = 0; round < ROUNDS; round++)
				for (const { parallel, state, took } of ways) {
					log(`round ${round + 1}, ${parallel} together, ${state}`);
					forget(state === "cold");
					const args = ["drift", stacks, "--parallel", String(parallel)];
					const ran = await run(process.execPath, [GUARD, ...args], { env });
					expectPlans(ran, 1, "guard drift");
					took.push(ran.seconds);
				}
			const seconds = (parallel: number, state: string) =>
				median(
					ways.find(
						(each) => each.parallel === parallel && each.state === state,
					)?.took ?? [],
				);

			const cdktf = await cdktfProgram();
			const diffs: number[] = [];
			if (cdktf) {
				log("cdktf diff, a stack at a time");
				writeFileSync(
					join(folder, "cdktf.json"),
					'{"language": "typescript", "app": "true", "projectId": "bench", "sendCrashReports": "false"}',
				);
				forget(false);
				for (const name of names) {
					const args = ["diff", name, "--skip-synth", "--skip-provider-lock"];
					const ran = await run(cdktf, args, { env, cwd: folder });
					expectPlans(ran, 0, `cdktf diff ${name}`);
					diffs.push(ran.seconds);
				}
			}
			const byCdktf = diffs.reduce((sum, each) => sum + each, 0);
			return {
				circumstances: [
					`${ROOTS} stacks with one provider and one resource each; every run begins without .terraform. Medians of ${ROUNDS}, in turn. The provider is the stand-in of the tests, a node program that is linked from a folder: a cold cache costs no download here, only that each init which may write into it runs alone.`,
					cdktf
						? `cdktf diff once over all stacks, warm, --skip-synth --skip-provider-lock; it makes one plan at a time and says nothing about drift by its exit code.`
						: `cdktf diff is left out: npm could not have ${CDKTF}.`,
				],
				figures: [
					{
						name: "time at 4 / one after the other, warm",
						value: seconds(4, "warm") / seconds(1, "warm"),
						atMost: 0.8,
					},
					{
						name: "time at 4 / one after the other, cold",
						value: seconds(4, "cold") / seconds(1, "cold"),
					},
					{
						name: "time at 4, cold / warm",
						value: seconds(4, "cold") / seconds(4, "warm"),
					},
					...(cdktf
						? [
								{
									name: "time at 4, warm / cdktf diff per stack",
									value: seconds(4, "warm") / byCdktf,
									atMost: 0.5,
								},
							]
						: []),
				],
				tables: [
					{
						columns: ["way", "plugin cache", `time of ${ROOTS} roots`],
						rows: [
							...ways.map(({ parallel, state, took }) => [
								`guard drift --parallel ${parallel}`,
								state,
								`${spread(took)} s`,
							]),
							...(cdktf
								? [["cdktf diff per stack", "warm", `${byCdktf.toFixed(2)} s`]]
								: []),
						],
					},
				],
			};
		}),
};
