import { mkdtempSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "../../stacks/backend";
import { settings } from "../../stacks/settings";
import { synthesized } from "../support/synthesized";

const real = synthesized(settings);

test("the stacks, by name: folders of cdktf.out and names of states", () => {
	expect(real.names).toEqual(["monitoring", "alerts"]);
});

describe.each(real.names)("stack %s", (name) => {
	const { terraform } = real.stack(name);

	test("has its own backend, outside the output", () => {
		expect(terraform.backend).toEqual({
			local: { path: `../../../terraform.${name}.tfstate` },
		});
	});

	test("names the Terraform that it needs, and exact providers", () => {
		expect(terraform.required_version).toMatch(/^>= 1\.(11|5\.7)$/);
		for (const provider of Object.values(terraform.required_providers)) {
			expect(provider).toMatchObject({
				version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
			});
		}
	});
});

test.each<[Backend, (stack: string) => object]>([
	[{ kind: "pg" }, (name) => ({ pg: { schema_name: `terraform_${name}` } })],
	[
		{ kind: "kubernetes", namespace: "tf" },
		(name) => ({ kubernetes: { namespace: "tf", secret_suffix: name } }),
	],
	[
		{ kind: "s3", bucket: "b", region: "r" },
		(name) => ({
			s3: {
				bucket: "b",
				region: "r",
				key: `${name}.tfstate`,
				use_lockfile: true,
			},
		}),
	],
])("%j is the one backend of every stack", (backend, expected) => {
	const { names, stack } = synthesized({ ...settings, backend });
	for (const name of names)
		expect(stack(name).terraform.backend).toEqual(expected(name));
});

test("no path of this machine, and the same bytes from anywhere", () => {
	const text = JSON.stringify(real.files);
	for (const path of [process.cwd(), tmpdir(), homedir()])
		expect(text).not.toContain(`${path}/`);
	const here = process.cwd();
	const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
	try {
		process.chdir(elsewhere);
		expect(synthesized(settings, join(elsewhere, "cdktf.out")).files).toEqual(
			real.files,
		);
	} finally {
		process.chdir(here);
	}
});

test("no secret: every value of a Secret is a reference, no variable has a secret default, no url has a user", () => {
	for (const stack of real.names.map(real.stack)) {
		for (const secret of Object.values(
			stack.resource?.kubernetes_secret_v1 ?? {},
		)) {
			const { REG_USER, REG_PASS } = secret.data_wo as Record<string, string>;
			expect(REG_PASS).toMatch(
				/^\$\{ephemeral\.vault_kv_secret_v2\.[\w-]+\.data\["[a-z_]+"\]\}$/,
			);
			expect(
				REG_USER === "cluster-puller" || REG_USER?.startsWith("${ephemeral."),
			).toBe(true);
		}
		expect(JSON.stringify(stack.provider)).not.toMatch(
			/token|password|client_key/,
		);
		expect(JSON.stringify(stack.terraform)).not.toMatch(
			/conn_str|password|secret_key/,
		);
		// the guard's own text may speak of such urls
		const { kubernetes_config_map_v1: _, ...resources } = stack.resource ?? {};
		expect(JSON.stringify(resources)).not.toMatch(/:\/\/[^/"\s]+:[^/"\s]+@/);
	}
});

test("malformed settings stop the synthesis before anything is written", () => {
	expect(() => synthesized({ ...settings, schedule: "15m" })).toThrow(
		'settings: schedule: got "15m"',
	);
});

test("HCL output is refused: ephemeral values and overrides would be missing from it", () => {
	process.env.SYNTH_HCL_OUTPUT = "true";
	try {
		expect(() => synthesized(settings)).toThrow("output: got HCL, wanted JSON");
	} finally {
		delete process.env.SYNTH_HCL_OUTPUT;
	}
});
