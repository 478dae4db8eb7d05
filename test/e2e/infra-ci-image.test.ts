import { createHash } from "node:crypto";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";

const { suite } = requirePrograms("curl");
/** In unzip's place on a machine that has none; the image has the real one. */
const UNZIP = `#!/bin/sh
[ "$1 $2 $5" = "-q -o -d" ] && exec python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])' "$3" "$4" "$6"
exit 2
`;
const ZIP = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    z.writestr("LICENSE.txt", "free")
    z.writestr(sys.argv[2], "#!/bin/sh\\necho " + sys.argv[2] + "\\n")
`;

suite("the programs of the infra-ci image, from a server in their publishers' place", () => {
	const lab = new Lab();
	let ci: string;
	let site: string;
	let mirror: string;
	let path: string;

	const sha256 = (bytes: Buffer) =>
		createHash("sha256").update(bytes).digest("hex");
	const publish = (path: string, bytes: Buffer | string) => {
		mkdirSync(join(site, path, ".."), { recursive: true });
		writeFileSync(join(site, path), bytes);
	};
	const published = (path: string) => readFileSync(join(site, path));

	lab.before(async () => {
		ci = join(lab.folder, "ci");
		site = join(lab.folder, "site");
		cpSync(resolve("ci"), ci, { recursive: true });
		for (const [name, version] of [
			["terraform", "1.11.4"],
			["vault", "1.18.1"],
		]) {
			const file = `${name}_${version}_linux_amd64.zip`;
			const folder = `releases.hashicorp.com/${name}/${version}`;
			mkdirSync(join(site, folder), { recursive: true });
			await runProgram("python3", [
				"-c",
				ZIP,
				join(site, folder, file),
				name ?? "",
			]);
			publish(
				`${folder}/${name}_${version}_SHA256SUMS`,
				`${"0".repeat(64)}  ${name}_${version}_darwin_arm64.zip\n${sha256(published(`${folder}/${file}`))}  ${file}\n`,
			);
		}
		const plain = (
			path: string,
			sums: string,
			line: (hash: string) => string,
		) => {
			const bytes = Buffer.from(`#!/bin/sh\necho ${path}\n`);
			publish(path, bytes);
			publish(sums, line(sha256(bytes)));
		};
		const github = (repo: string, version: string) =>
			`github.com/${repo}/releases/download/v${version}`;
		const terragrunt = github("gruntwork-io/terragrunt", "0.99.4");
		plain(
			`${terragrunt}/terragrunt_linux_amd64`,
			`${terragrunt}/SHA256SUMS`,
			(hash) => `${hash}  terragrunt_linux_amd64\n`,
		);
		const sops = github("getsops/sops", "3.9.4");
		plain(
			`${sops}/sops-v3.9.4.linux.amd64`,
			`${sops}/sops-v3.9.4.checksums.txt`,
			(hash) => `${hash}  sops-v3.9.4.linux.amd64\n`,
		);
		const kubectl = "dl.k8s.io/release/v1.34.0/bin/linux/amd64/kubectl";
		plain(kubectl, `${kubectl}.sha256`, (hash) => hash);

		const server = createServer((request, response) => {
			try {
				response.end(published(request.url ?? ""));
			} catch {
				response.writeHead(404).end();
			}
		});
		await new Promise<void>((done) =>
			server.listen(0, "127.0.0.1", () => done()),
		);
		lab.onClose(
			() => new Promise((done) => server.close(() => done(undefined))),
		);
		mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});

	lab.before(async () => {
		const folder = join(lab.folder, "last-resort");
		mkdirSync(folder);
		writeFileSync(join(folder, "unzip"), UNZIP, { mode: 0o755 });
		path = `${process.env.PATH}:${folder}`;
	});

	const checksums = () => readFileSync(join(ci, "checksums.txt"), "utf8");
	const update = () =>
		runProgram("sh", [join(ci, "update-checksums")], { MIRROR: mirror });
	/** The very arguments of the Dockerfile's RUN line. */
	function install(dest: string): Promise<Finished> {
		const dockerfile = readFileSync(join(ci, "Dockerfile"), "utf8");
		const versions = Object.fromEntries(
			[...dockerfile.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, value]) => [
				name,
				value,
			]),
		) as Record<string, string>;
		const run = /^RUN sh \/tmp\/ci\/(install-tools[\s\S]*?) &&/m.exec(
			dockerfile,
		)?.[1];
		if (!run) throw new Error("ci/Dockerfile: no RUN of install-tools");
		mkdirSync(dest, { recursive: true });
		return runProgram("sh", ["-c", `cd ${ci} && sh ./${run}`], {
			...versions,
			PATH: path,
			MIRROR: mirror,
			DEST: dest,
		});
	}

	lab.test(
		"without a checksum the build fails, and says what to run",
		async () => {
			expect(checksums().replace(/^#.*\n/gm, "")).toBe("");
			const ran = await install(join(lab.folder, "none"));
			expect(ran.code).toBe(1);
			expect(ran.stderr).toContain(
				"got no sha256 of terraform_1.11.4_linux_amd64.zip: run ci/update-checksums",
			);
		},
	);

	lab.test(
		"update-checksums writes one for each, with which everything is installed",
		async () => {
			const ran = await update();
			expect([ran.code, ran.stderr]).toEqual([0, ""]);
			expect(checksums().match(/^[0-9a-f]{64} {2}\S+$/gm)).toHaveLength(5);
			expect(checksums()).toMatch(/^# sha256 of what/);
			const bin = join(lab.folder, "bin");
			const installed = await install(bin);
			expect([installed.code, installed.stderr]).toEqual([0, ""]);
			for (const name of [
				"terraform",
				"terragrunt",
				"sops",
				"kubectl",
				"vault",
			])
				expect((await runProgram(join(bin, name), [])).stdout).toContain(name);
		},
	);

	lab.test("one that differs from its checksum is not installed", async () => {
		const file = "dl.k8s.io/release/v1.34.0/bin/linux/amd64/kubectl";
		const good = published(file);
		publish(file, Buffer.concat([good, Buffer.from("# more\n")]));
		const bin = join(lab.folder, "other");
		const ran = await install(bin);
		expect(ran.code).toBe(1);
		expect(ran.stderr).toMatch(
			/kubectl_1.34.0_linux_amd64: got sha256 [0-9a-f]{64}, wanted [0-9a-f]{64} of checksums.txt/,
		);
		expect((await runProgram("sh", ["-c", `ls ${bin}`])).stdout).not.toContain(
			"kubectl",
		);

		const before = checksums();
		const updated = await update();
		expect(updated.code).toBe(1);
		expect(updated.stderr).toContain("its publisher lists");
		expect(checksums()).toBe(before);
		publish(file, good);
	});

	lab.test(
		"a publisher that cannot be had leaves the file as it was",
		async () => {
			const before = checksums();
			const sums = join(
				site,
				"releases.hashicorp.com/vault/1.18.1/vault_1.18.1_SHA256SUMS",
			);
			rmSync(sums);
			const ran = await update();
			expect(ran.code).toBe(1);
			expect(ran.stderr).toContain("vault_1.18.1_SHA256SUMS: could not be had");
			expect(checksums()).toBe(before);
		},
	);

	lab.test("a hash that is none is as good as missing", async () => {
		const before = checksums();
		chmodSync(join(ci, "checksums.txt"), 0o644);
		writeFileSync(
			join(ci, "checksums.txt"),
			before.replace(/^[0-9a-f]{64}( {2}terraform)/m, "guessed$1"),
		);
		const ran = await install(join(lab.folder, "guessed"));
		expect(ran.code).toBe(1);
		expect(ran.stderr).toContain("got no sha256 of terraform");
	});
});
