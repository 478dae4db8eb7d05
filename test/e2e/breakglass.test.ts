import {
	lstatSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Distribution } from "../support/distribution";
import { expectExit } from "../support/expect-exit";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { RegistryVm } from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "registry2", "docker-compose", "skopeo", "jq"] as const),
);
const SCRIPT = join(__dirname, "../../ci/breakglass-infra-ci");
const SHAS = ["0000000a", "0000000b", "0000000c", "0000000d"];

suite("breakglass-infra-ci over a real sshd, from a real registry", () => {
	const lab = new Lab();
	let vm: RegistryVm;
	let registry: Distribution;
	let folder: string;

	lab.before(async () => {
		vm = await RegistryVm.start(lab, programs, {});
		folder = vm.path("opt/registry/data/private/_breakglass");
		registry = await Distribution.start(lab, {
			name: "registry",
			program: programs.registry2,
		});
		for (const sha of SHAS)
			await pushContent(
				registry.target,
				"infra-ci",
				image(sha, { tarballs: true, layerSize: 20_000 }),
				sha,
			);
	});

	const keep = (
		sha: string,
		env: Readonly<Record<string, string>> = {},
	): Promise<Finished> =>
		runProgram(SCRIPT, [], {
			...vm.settings,
			BREAKGLASS_IMAGE: `${registry.host}/infra-ci:${sha}`,
			BREAKGLASS_KEEP: "2",
			...env,
		});
	const kept = () => readdirSync(folder).sort();
	const latest = () => readlinkSync(join(folder, "infra-ci-latest.tar.gz"));
	const state = (name: string) => join(lab.folder, "state", name);

	lab.test("the archive is the image, the link points at it", async () => {
		const ran = await keep("0000000a");
		expectExit(ran, 0);
		expect(kept()).toEqual([
			"infra-ci-0000000a.tar.gz",
			"infra-ci-latest.tar.gz",
		]);
		expect(latest()).toBe("infra-ci-0000000a.tar.gz");
		// whole for another program; skopeo 1.9 cannot read it compressed
		const tar = join(lab.folder, "latest.tar");
		writeFileSync(
			tar,
			gunzipSync(readFileSync(join(folder, "infra-ci-latest.tar.gz"))),
		);
		const copied = join(lab.folder, "copied");
		expectExit(
			await runProgram(programs.skopeo, [
				"copy",
				`docker-archive:${tar}`,
				`oci:${copied}:a`,
			]),
			0,
		);
		const inspected = await runProgram(programs.skopeo, [
			"inspect",
			`oci:${copied}:a`,
		]);
		expectExit(inspected, 0);
		expect(JSON.parse(inspected.stdout)).toMatchObject({
			Labels: { seed: "0000000a" },
		});
	});

	lab.test("again: what is there and whole is not saved again", async () => {
		const before = statSync(join(folder, "infra-ci-0000000a.tar.gz")).ino;
		const ran = await keep("0000000a");
		expectExit(ran, 0);
		expect(ran.stdout).toContain("infra-ci-0000000a.tar.gz is there and whole");
		expect(statSync(join(folder, "infra-ci-0000000a.tar.gz")).ino).toBe(before);
	});

	lab.test("an archive that rotted is made anew", async () => {
		const file = join(folder, "infra-ci-0000000a.tar.gz");
		const good = readFileSync(file);
		writeFileSync(file, good.subarray(0, good.length / 2));
		expectExit(await keep("0000000a"), 0);
		expect((await runProgram("gzip", ["-t", file])).code).toBe(0);
	});

	lab.test(
		"only the newest are kept, and nothing that is not ours goes",
		async () => {
			writeFileSync(join(folder, "by-hand.tar.gz"), "kept");
			utimesSync(join(folder, "infra-ci-0000000a.tar.gz"), 1000, 1000);
			expectExit(await keep("0000000b"), 0);
			utimesSync(join(folder, "infra-ci-0000000b.tar.gz"), 2000, 2000);
			const ran = await keep("0000000c");
			expectExit(ran, 0);
			expect(ran.stdout).toContain("removing infra-ci-0000000a.tar.gz");
			expect(kept()).toEqual([
				"by-hand.tar.gz",
				"infra-ci-0000000b.tar.gz",
				"infra-ci-0000000c.tar.gz",
				"infra-ci-latest.tar.gz",
			]);
			expect(latest()).toBe("infra-ci-0000000c.tar.gz");
			expect(
				lstatSync(join(folder, "infra-ci-latest.tar.gz")).isSymbolicLink(),
			).toBe(true);
		},
	);

	lab.test("a failed or short save never replaces the latest", async () => {
		const before = kept();
		const cases = [
			["ffffffff", "", {}, 1, "ffffffff cannot be pulled"],
			["0000000d", "short-save", {}, 1, "is not whole when read back"],
			[
				"0000000d",
				"",
				{ BREAKGLASS_IMAGE: "infra-ci:latest" },
				2,
				"ends in :<8 hex digits>",
			],
			[
				"0000000d",
				"",
				{ BREAKGLASS_IMAGE: "" },
				2,
				"BREAKGLASS_IMAGE: not set",
			],
			["0000000d", "", { BREAKGLASS_KEEP: "0" }, 2, "BREAKGLASS_KEEP: got '0'"],
			[
				"0000000d",
				"",
				{ REGISTRY_SSH_KEY: "" },
				2,
				"vault: got no VAULT_TOKEN",
			],
		] as const;
		for (const [sha, file, env, code, message] of cases) {
			if (file) writeFileSync(state(file), "");
			const ran = await keep(sha, { VAULT_JWT_FILE: "/nowhere", ...env });
			if (file) await runProgram("rm", [state(file)]);
			expectExit(ran, code);
			expect(ran.stdout + ran.stderr).toContain(message);
			expect(kept()).toEqual(before);
			expect(latest()).toBe("infra-ci-0000000c.tar.gz");
		}
		expect(readdirSync(vm.path("opt/registry/.sync"))).toEqual([]);
	});
});
