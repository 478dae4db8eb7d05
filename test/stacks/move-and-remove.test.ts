import { readFileSync } from "node:fs";
import { registry } from "../../lib/registry";
import { generatedFiles } from "../../stacks/generated-files";
import type { RegistrySettings, Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import { type Artefacts, artefactDiff } from "../support/artefact-diff";
import { expectGolden } from "../support/golden";
import { addresses, synthesized } from "../support/synthesized";

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
const artefacts = (registries: Settings["registries"]): Artefacts => ({
	synthesized: synthesized({ ...settings, registries }),
	generated: generatedFiles({ ...settings, registries }),
});
/** All text that follows from the settings, without the guard's own, which names no registry of ours. */
const text = ({ synthesized: { names, stack }, generated }: Artefacts) =>
	JSON.stringify([names.map(stack), generated], (key, value) =>
		key === "guard.mjs" || key === "docs/reference.md" ? undefined : value,
	);

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
	};
	const before = artefacts([own, cache]);
	const after = artefacts([moved, cache]);

	test("every artefact that changes", () =>
		expectGolden("move-registry.txt", artefactDiff(before, after)));

	test("nothing of the old place is left anywhere", () => {
		expect(text(before)).toContain("registry.viktorbarzin.me");
		for (const old of [
			"registry.viktorbarzin.me",
			"10.0.20.10:5050",
			"10.0.20.10/32",
			"registry_password",
		])
			expect(text(after)).not.toContain(old);
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
			"registry.viktorbarzin.me",
			"10.0.20.10:5050",
			"registry-integrity-probe",
			"registry-probe-credentials",
			"registry_password",
		]) {
			expect(text(before)).toContain(old);
			expect(text(after)).not.toContain(old);
		}
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
	const page = readFileSync("docs/adopting.md", "utf8");
	const { url } = settings.pushgateway;
	expect(page).toContain(
		`npx cdktf-registry-guard forget ${own.model.instance} --push ${url}`,
	);
	expect(page).toContain(
		`npx cdktf-registry-guard forget ${own.model.instance} --job registry-next-integrity-probe`,
	);
});
