import { execFileSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardApp } from "../../stacks/app";
import { settings } from "../../stacks/settings";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms("terraform");

// `get` alone: it reads the module tree and needs no provider
suite("a local monitoring module with siblings, as Terraform reads it", () => {
	const here = process.cwd();
	let project: string;
	beforeAll(() => {
		project = mkdtempSync(join(tmpdir(), "module-"));
		for (const [name, text] of Object.entries({
			"modules/monitoring":
				'module "probe" {\n  source = "../shared/probe"\n}\n',
			"modules/shared/probe": 'module "name" {\n  source = "../name"\n}\n',
			"modules/shared/name": 'output "name" {\n  value = "x"\n}\n',
		})) {
			mkdirSync(join(project, name), { recursive: true });
			writeFileSync(join(project, name, "main.tf"), text);
		}
		process.chdir(project);
	});
	afterAll(() => {
		process.chdir(here);
		rmSync(project, { recursive: true });
	});

	test.each([
		["./modules/monitoring", "cdktf.out"],
		["./modules/monitoring", "build/deep/cdktf.out"],
	])("source %s, output %s", (source, outdir) => {
		mkdirSync(outdir, { recursive: true });
		new GuardApp(
			{
				...settings,
				monitoringModule: { source, owns: { namespace: false, probes: [] } },
			},
			outdir,
		).synth();
		const folder = join(project, outdir, "stacks/monitoring");
		execFileSync(programs.terraform, ["get"], {
			cwd: folder,
			env: {
				...process.env,
				CHECKPOINT_DISABLE: "1",
				TF_CLI_CONFIG_FILE: undefined,
			},
			stdio: "pipe",
		});
		const { Modules } = JSON.parse(
			readFileSync(join(folder, ".terraform/modules/modules.json"), "utf8"),
		);
		const keys = Modules.map(({ Key }: { Key: string }) => Key).sort();
		expect(keys).toEqual([
			"",
			"monitoring",
			"monitoring.probe",
			"monitoring.probe.name",
		]);
	});
});
