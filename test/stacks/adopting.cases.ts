import { readFileSync } from "node:fs";
import { registry } from "../../lib/registry";
import { generatedFiles } from "../../stacks/generated-files";
import type { RegistrySettings, Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import { type Artefacts, artefactDiff } from "../support/artefact-diff";
import { expectGolden } from "../support/golden";
import { addresses, synthesized } from "../support/synthesized";

const page = readFileSync("docs/adopting.md", "utf8");

test("every address that the page names exists", () => {
	const own = [...page.matchAll(/-replace='([^']+)'/g)].map(
		([, address]) => address ?? "",
	);
	expect(own.length).toBeGreaterThan(0);
	expect(addresses(synthesized(settings).stack("monitoring"))).toEqual(
		expect.arrayContaining(own),
	);
});

test("the page's import lines: an import block each, with the id that Kubernetes has", () => {
	const { app, stack } = synthesized(settings, undefined, ({ monitoring }) => {
		monitoring.namespace?.importFrom("monitoring");
		monitoring.registries.registry?.probe.cronJob.importFrom(
			"monitoring/registry-integrity-probe",
		);
		monitoring.registries.registry?.credentials.secret?.importFrom(
			"monitoring/registry-probe-credentials",
		);
	});
	const lines = [
		...page.matchAll(/^app\.(monitoring\.\S+)\.importFrom\("([^"]+)"\);$/gm),
	];
	expect(lines).toHaveLength(3);
	const ids = lines.map(([, , id]) => id);
	expect(stack("monitoring").import).toEqual(
		expect.arrayContaining(
			ids.map((id) => ({
				id,
				to: expect.stringMatching(
					/^kubernetes_(namespace|cron_job|secret)_v1\./,
				),
			})),
		),
	);
	// what is imported is what has that name
	const byId = (stack("monitoring").import as { id: string; to: string }[]).map(
		({ id, to }) => {
			const [type = "", name = ""] = to.split(".");
			const found = stack("monitoring").resource?.[type]?.[name];
			const metadata = found?.metadata as { name: string; namespace?: string };
			return [
				id,
				[metadata.namespace, metadata.name].filter(Boolean).join("/"),
			];
		},
	);
	for (const [id, actual] of byId) expect(id).toBe(actual);
	expect(app.warnings).toEqual([]);
});

test("a trial under another name collides with nothing of the old probe", () => {
	expect(page).toContain('registry({ name: "registry-next"');
	for (const name of [
		"registry-next-integrity-probe",
		"registry-next-probe-credentials",
	])
		expect(page).toContain(name);
});

const entry = (name: string): RegistrySettings => {
	const found = settings.registries.find(({ model }) => model.name === name);
	if (!found) throw new Error(`no registry ${name}`);
	return found;
};
const [own, forgejo, cache] = [
	entry("registry"),
	entry("forgejo"),
	entry("dockerhub"),
];
const artefacts = (registries: Settings["registries"]): Artefacts => {
	const changed = { ...settings, registries };
	return {
		synthesized: synthesized(changed),
		generated: generatedFiles(changed),
	};
};
/** What the VM is called by, whichever registries it has. */
const VM = /^generated\/registry-host\/|^docs\/registry-vm\.md$/;
/** All text that follows from the settings, without the guard's own, which names no registry of ours. */
const text = ({ synthesized: { names, stack }, generated }: Artefacts) =>
	JSON.stringify([names.map(stack), generated], (key, value) =>
		key === "guard.mjs" || key === "docs/reference.md" ? undefined : value,
	);

const exceptVm = ({ generated, ...rest }: Artefacts): Artefacts => ({
	...rest,
	generated: Object.fromEntries(
		Object.entries(generated).filter(([path]) => !VM.test(path)),
	),
});
/** What the private registry has on the VM: service, port, config, nodes' files, collection, alert. */
const HOSTED = [
	"registry-private",
	"registry.viktorbarzin.me:5050",
	"config-private.yml",
	"registry-gc-private",
	'registry=\\"private\\"',
];

describe("moving the private registry to Forgejo", () => {
	// one change: host, path prefix, credentials and pull hosts of the one entry
	const {
		name: _,
		probeName: __,
		secretName: ___,
		host: ____,
		...where
	} = forgejo.model;
	const moved: RegistrySettings = {
		...own,
		model: registry({ ...where, name: "registry" }),
		credentials: { ...own.credentials, revision: 2 },
		hosted: undefined,
		builds: forgejo.builds && {
			...forgejo.builds,
			images: ["infra-ci", "infra"],
		},
	};
	const before = artefacts([own, cache]);
	const after = artefacts([moved, cache]);

	test("every artefact that changes", () =>
		expectGolden("move-registry.txt", artefactDiff(before, after)));

	test("nothing of the old place is left anywhere", () => {
		for (const old of [...HOSTED, "10.0.20.10:5050", "registry_user"]) {
			expect(text(before)).toContain(old);
			expect(text(after)).not.toContain(old);
		}
		expect(text(exceptVm(after))).not.toContain("registry.viktorbarzin.me");
	});

	test("no address comes or goes: nothing is destroyed and made anew", () => {
		for (const name of before.synthesized.names) {
			const of = ({ synthesized: { stack } }: Artefacts) =>
				addresses(stack(name));
			expect(of(after)).toEqual(of(before));
		}
	});
});

describe("removing the private registry", () => {
	const before = artefacts(settings.registries);
	const after = artefacts([forgejo, cache]);

	test("every artefact that changes", () =>
		expectGolden("remove-registry.txt", artefactDiff(before, after)));

	test("nothing of it is left anywhere", () => {
		for (const old of [
			...HOSTED,
			"10.0.20.10:5050",
			"registry-integrity-probe",
			"registry-probe-credentials",
			"registry_user",
		]) {
			expect(text(before)).toContain(old);
			expect(text(after)).not.toContain(old);
		}
		expect(text(exceptVm(after))).not.toContain("registry.viktorbarzin.me");
	});

	test("the others do not notice", () => {
		const lines = artefactDiff(before, after)
			.split("\n")
			.filter(
				(line) => line.includes("changed ") && !line.includes("generated/"),
			);
		expect(lines.filter((line) => line.includes("forgejo"))).toEqual([]);
	});
});

test("docs/adopting.md says what to run for the leftovers, with the real names", () => {
	const { url } = settings.pushgateway;
	expect(page).toContain(
		`npx cdktf-registry-guard forget ${own.model.instance} --push ${url}`,
	);
	expect(page).toContain(
		`npx cdktf-registry-guard forget ${own.model.instance} --job registry-next-integrity-probe`,
	);
});
