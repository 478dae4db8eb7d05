import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, DataResource, TerraformStack } from "cdktf";
import { StackBackend } from "../../stacks/backend";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms("terraform");

suite("the default backend on a real Terraform", () => {
	const here = process.cwd();
	let project: string;
	beforeAll(() => {
		project = mkdtempSync(join(tmpdir(), "state-"));
		process.chdir(project);
	});
	afterAll(() => {
		process.chdir(here);
		rmSync(project, { recursive: true });
	});

	function synth(): void {
		const app = new App({ outdir: "cdktf.out" });
		const stack = new TerraformStack(app, "monitoring");
		new StackBackend(stack, "monitoring", { kind: "local" });
		// built into Terraform: no provider has to be installed
		new DataResource(stack, "thing");
		app.synth();
	}
	function terraform(...args: string[]): number | null {
		const { status, stderr } = spawnSync(programs.terraform, args, {
			cwd: join(project, "cdktf.out/stacks/monitoring"),
			encoding: "utf8",
			env: {
				...process.env,
				CHECKPOINT_DISABLE: "1",
				TF_CLI_CONFIG_FILE: undefined,
			},
		});
		if (status === 1) throw new Error(stderr);
		return status;
	}

	test("clearing cdktf.out loses no state", () => {
		synth();
		terraform("init", "-input=false");
		expect(terraform("plan", "-detailed-exitcode")).toBe(2);
		terraform("apply", "-auto-approve");
		expect(existsSync(join(project, "terraform.monitoring.tfstate"))).toBe(
			true,
		);

		rmSync(join(project, "cdktf.out"), { recursive: true });
		synth();
		terraform("init", "-input=false");
		expect(terraform("plan", "-detailed-exitcode")).toBe(0);
	});
});
