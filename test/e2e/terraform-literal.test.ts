// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { readFileSync } from "node:fs";
import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Manifest } from "@cdktf/provider-kubernetes/lib/manifest";
import { TerraformOutput, type TerraformStack } from "cdktf";
import { IntegrityProbe } from "../../lib/constructs/integrity-probe";
import { literal } from "../../lib/constructs/literal";
import { probeProps } from "../constructs/synthesized";
import { requirePrograms } from "../support/requires";
import {
	type StackFolder,
	stackFolder,
} from "../support/terraform/stack-folder";
import {
	type Terraform,
	withTerraform,
} from "../support/terraform/with-terraform";

jest.setTimeout(300_000);
const { suite } = requirePrograms("terraform");
const applied = process.env.TF_PROVIDER_MIRROR ? describe.skip : suite;

const TEXTS: Record<string, string> = {
	shell: 'echo "${HOME:-/}" $$ $HOME $(id) `id`\n',
	templates: "%{if x}%{ endif }${x}%{~ for ~}${~ y ~}",
	escaped: "$${x} $$${x} %%{x} %%%{x} $$$$ %%%%",
	quotes: `"'\\"\\\\ \\n \\u0041`,
	blanks: "\ttab\r\nline\n\n end ",
	unicode: "\u2028\u2029\u00e9\u4e2d\u{1f600}\ufeff\u0007",
	promql: 'up{job="x"} % 2 > ${threshold}',
	alert: "{{ $labels.tag }} {{ range query \"a{b='c'}\" }}%{{ end }}",
	html: "</script><!-- & --> <a>",
	tokenLike: "#{x} TfToken[a] @{b}",
	ends: "${",
	empty: "",
};

function fill(stack: TerraformStack): void {
	for (const [name, text] of Object.entries(TEXTS))
		new TerraformOutput(stack, name, { value: literal(text, name) });
	new ConfigMapV1(stack, "texts", {
		metadata: { name: "texts", namespace: "monitoring" },
		data: literal(TEXTS, "data"),
	});
	new Manifest(stack, "manifest", {
		manifest: {
			kind: "Test",
			metadata: { name: "test", namespace: "monitoring" },
			spec: literal({ ...TEXTS, "${key}": [TEXTS] }, "spec"),
		},
	});
	new IntegrityProbe(stack, "probe", probeProps());
}

applied("what literal() passes arrives byte for byte", () => {
	let folder: StackFolder;
	let tf: Terraform;
	beforeAll(() => {
		folder = stackFolder(fill);
		tf = withTerraform(folder.path);
		tf.apply();
	});
	afterAll(() => folder.remove());
	const argumentsOf = (key: string) =>
		// biome-ignore lint/suspicious/noExplicitAny: arguments of any resource
		tf.store.cluster[key]?.arguments as any;

	test("as outputs", () => {
		const outputs = JSON.parse(tf.run("output", "-json").stdout) as Record<
			string,
			{ value: string }
		>;
		expect(
			Object.fromEntries(
				Object.entries(outputs).map(([name, { value }]) => [name, value]),
			),
		).toEqual(TEXTS);
	});

	test("in a ConfigMap", () => {
		expect(
			argumentsOf("kubernetes_config_map_v1 monitoring/texts").data,
		).toEqual(TEXTS);
	});

	test("in a manifest, keys included", () => {
		const { manifest } = argumentsOf(
			"kubernetes_manifest Test/monitoring/test",
		);
		expect(manifest.spec).toEqual({ ...TEXTS, "${key}": [TEXTS] });
	});

	test("the guard itself", () => {
		const guard = readFileSync("dist/guard.mjs", "utf8");
		expect(guard).toContain("${");
		expect(
			argumentsOf(
				"kubernetes_config_map_v1 monitoring/registry-integrity-probe-files",
			).data["guard.mjs"],
		).toBe(guard);
	});
});
