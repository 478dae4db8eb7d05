import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually";
import { expectExit } from "../support/expect-exit";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { running } from "../support/running";
import { newKey, Sshd } from "../support/sshd";

const { suite, programs } = requirePrograms("sshd", "ssh");
const SCRIPT = join(__dirname, "../../ci/pve-nfs-exports-sync");
const GOOD = `# shares of the cluster
/srv/nfs        10.0.20.0/24(rw,sync,no_subtree_check,no_root_squash)
"/srv/with blank" -sync,no_subtree_check 10.0.20.10(rw) \\
                  10.0.20.11(ro)
/srv/nfs-ssd    10.0.20.0/24(rw,async,fsid=7,no_subtree_check) *.viktorbarzin.lan
`;

suite("pve-nfs-exports-sync over a real sshd", () => {
	const lab = new Lab();
	let sshd: Sshd;
	let root: string;
	let exports: string;

	// no kernel NFS server here: what exportfs does with the table is played, with its words and its exit codes
	lab.before(async () => {
		root = join(lab.folder, "pve");
		exports = join(root, "etc/exports");
		const bin = join(lab.folder, "bin");
		for (const folder of [root, bin]) mkdirSync(folder);
		writeFileSync(
			join(bin, "exportfs"),
			`#!/bin/bash
echo "exportfs $*" >>${lab.folder}/done
case $1 in
-ra)
  while [ -e ${lab.folder}/stuck ]; do sleep 0.1; done
  if grep -q /srv/gone ${exports}; then echo "exportfs: Failed to stat /srv/gone: No such file or directory" >&2; exit 0; fi
  if grep -q frobnicate ${exports}; then echo "exportfs: ${exports}:2: unknown keyword \\"frobnicate\\"" >&2; exit 1; fi
  cp ${exports} ${lab.folder}/table
  ;;
-s) cat ${lab.folder}/table ;;
esac
`,
		);
		chmodSync(join(bin, "exportfs"), 0o755);
		sshd = await Sshd.start(lab, programs.sshd, `${bin}:${process.env.PATH}`);
	});

	function sync(
		text: string,
		env: Readonly<Record<string, string>> = {},
		...args: readonly string[]
	): Promise<Finished> {
		const file = join(lab.folder, "wanted");
		writeFileSync(file, text);
		return runProgram(SCRIPT, [...args, file], {
			...sshd.settings("PVE"),
			PVE_ROOT: root,
			...env,
		});
	}
	function done(): readonly string[] {
		const file = join(lab.folder, "done");
		if (!existsSync(file)) return [];
		const lines = readFileSync(file, "utf8").trimEnd().split("\n");
		rmSync(file);
		return lines;
	}
	const now = () => readFileSync(exports, "utf8");

	lab.test("a dry run shows and touches nothing", async () => {
		const ran = await sync(GOOD, {}, "--dry-run");
		expectExit(ran, 0);
		expect(ran.stdout).toContain("dry run: nothing was touched");
		expect(existsSync(exports)).toBe(false);
		expect(done()).toEqual([]);
	});

	lab.test("the first run ships, the second changes nothing", async () => {
		expectExit(await sync(GOOD), 0);
		expect(now()).toBe(GOOD);
		expect(done()).toEqual(["exportfs -ra", "exportfs -s"]);
		const second = await sync(GOOD);
		expect(second).toMatchObject({ code: 0, stdout: "nothing to change\n" });
		expect(done()).toEqual([]);
	});

	lab.test("a change shows its difference", async () => {
		const ran = await sync(`${GOOD}/srv/more 10.0.20.10(ro)\n`);
		expectExit(ran, 0);
		expect(ran.stdout).toMatch(/^\+\/srv\/more 10\.0\.20\.10\(ro\)$/m);
		expect((await sync(GOOD)).code).toBe(0);
		done();
	});

	lab.test("what must not get there does not", async () => {
		const line = (text: string) => `/srv/a 10.0.0.1(rw)\n${text}\n`;
		const mistakes = [
			[line("/srv/nfs 10.0.20.0/24(rw,fsid=0)"), ":2: got fsid=0: it makes"],
			[line("/srv/nfs -rw,fsid=root 10.0.20.10"), ":2: got fsid=root"],
			[line("/srv/nfs 10.0.20.10(rw,fsid=0x0)"), ":2: got fsid=0x0"],
			[line("/srv/nfs 10.0.20.10(rw,\\\nfsid=0)"), ":2: /srv/nfs: got"],
			[
				line("/srv/nfs 10.0.20.10 (rw)"),
				"a blank before ( exports to everybody",
			],
			[line("/srv/nfs 10.0.20.10(rw"), 'got "10.0.20.10(rw", wanted client'],
			[
				line("srv/nfs 10.0.20.10(rw)"),
				'got "srv/nfs", wanted an absolute path',
			],
			[line("/srv/nfs"), "got no client"],
			[line("/srv/nfs 10.0.20.10(r w)"), "wanted client(options)"],
			[line("/srv/nfs 10.0.20.10(rw,,ro)"), 'got the option ""'],
			[
				"/srv/a 10.0.0.1(fsid=7)\n/srv/b 10.0.0.1(fsid=7)\n",
				":2: got fsid=7 for /srv/b and for /srv/a",
			],
			["# nothing\n", "got no export"],
			["", "got no export"],
			["/srv/a 10.0.0.1(rw)\\", "ends in a backslash"],
		] as const;
		for (const [text, message] of mistakes) {
			const ran = await sync(text);
			expect({ text, code: ran.code, stderr: ran.stderr }).toMatchObject({
				text,
				code: 2,
				stderr: expect.stringContaining(message),
			});
		}
		expect(now()).toBe(GOOD);
		expect(done()).toEqual([]);
	});

	lab.test(
		"what exportfs refuses, with or without an exit code, is rolled back",
		async () => {
			for (const line of [
				"/srv/gone 10.0.0.1(ro)",
				"/srv/a 10.0.0.1(frobnicate)",
			]) {
				const ran = await sync(`${GOOD}${line}\n`);
				expectExit(ran, 1);
				expect(ran.stdout).toMatch(
					/exportfs -ra: exportfs: [\s\S]*rolled back/,
				);
				expect(ran.stderr).toContain("the host is as it was");
				expect(now()).toBe(GOOD);
				expect(readFileSync(join(lab.folder, "table"), "utf8")).toBe(GOOD);
			}
			done();
		},
	);

	lab.test(
		"another host key, another key, nobody there: nothing is touched",
		async () => {
			const other = newKey(lab.folder, "other");
			const stranger = `[127.0.0.1]:${sshd.port} ${other.publicKey}`;
			const cases = [
				[
					{ PVE_KNOWN_HOSTS: stranger },
					3,
					"its host key is not the pinned one",
				],
				[{ PVE_SSH_KEY: other.privateKey }, 3, "the key is refused"],
				[
					{
						PVE_SSH_PORT: "1",
						PVE_KNOWN_HOSTS: sshd.knownHosts.replace(`${sshd.port}`, "1"),
					},
					3,
					"not reachable",
				],
				[{ PVE_SSH_KEY: "x" }, 2, "wanted a private key without a passphrase"],
				[
					{ PVE_KNOWN_HOSTS: "x" },
					2,
					"wanted a known_hosts line with the host key",
				],
				[{ PVE_SSH_KEY: "" }, 2, "vault: got no VAULT_TOKEN and no readable"],
				[
					{ PVE_SSH_HOST: "-oProxyCommand=x" },
					2,
					"wanted a name or an address",
				],
			] as const;
			for (const [env, code, message] of cases) {
				const ran = await sync(`${GOOD}/srv/b 10.0.0.1(ro)\n`, {
					VAULT_JWT_FILE: "/nowhere",
					...env,
				});
				expectExit(ran, code);
				expect(ran.stderr).toContain(message);
				expect(ran.stdout + ran.stderr).not.toContain("PRIVATE KEY");
			}
			expect(now()).toBe(GOOD);
			expect(done()).toEqual([]);
		},
	);

	lab.test(
		"killed in the middle: the next run puts the old file back first",
		async () => {
			writeFileSync(join(lab.folder, "stuck"), "");
			const cut = sync(`${GOOD}/srv/c 10.0.0.1(ro)\n`);
			await eventually(
				"exportfs runs",
				async () => done(),
				(lines) => lines.includes("exportfs -ra"),
			);
			for (const pid of running(`${root}/var/tmp/pve-nfs-exports-sync/`))
				process.kill(pid, "SIGKILL");
			expect((await cut).code).not.toBe(0);
			rmSync(join(lab.folder, "stuck"));
			const ran = await sync(GOOD);
			expectExit(ran, 0);
			expect(ran.stdout).toBe(
				`an earlier run was cut short: putting ${exports} back\nnothing to change\n`,
			);
			expect(now()).toBe(GOOD);
			expect(readFileSync(join(lab.folder, "table"), "utf8")).toBe(GOOD);
		},
	);
});
