import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { runProgram } from "../support/run-program";
import {
	CACHES,
	folderPerTest,
	installBundle,
	vmBundle,
	writeVmFile,
} from "../support/vm-bundle";

const folder = folderPerTest();

describe("first enabling", () => {
	const OLD = [
		"25 3 * * 0 docker exec registry-private registry garbage-collect -m /etc/docker/registry/config.yml",
		"0 2 * * * /opt/registry/cleanup-tags.sh",
		"*/30 * * * * /opt/registry/fix-broken-blobs.sh >/dev/null 2>&1",
	];
	const CRONTAB = "var/spool/cron/crontabs/root";
	let done: string;

	const script = (name: string, ...args: string[]) =>
		runProgram(join(folder(), "opt/registry/bin", name), args, {
			REGISTRY_ROOT: folder(),
			PATH: `${join(folder(), "stand-ins")}:${process.env.PATH}`,
		});
	const text = (path: string) => readFileSync(join(folder(), path), "utf8");
	const calls = () => (existsSync(done) ? readFileSync(done, "utf8") : "");

	beforeEach(() => {
		installBundle(vmBundle(), folder());
		done = join(folder(), "done");
		writeVmFile(
			join(folder(), "stand-ins/systemctl"),
			`#!/bin/sh\necho "$*" >>${done}\n`,
			0o755,
		);
		for (const path of [
			"guard.mjs",
			"htpasswd",
			"tls/fullchain.pem",
			"tls/privkey.pem",
			"secrets/private-guard.env",
		])
			writeVmFile(join(folder(), "opt/registry", path), "");
		writeVmFile(
			join(folder(), CRONTAB),
			`# m h dom mon dow\n# ${OLD[0]}\n${OLD[0]}\n@daily /root/backup.sh\n${OLD[1]}`,
			0o600,
		);
		writeVmFile(join(folder(), "etc/crontab"), `SHELL=/bin/sh\n  ${OLD[2]}\n`);
		writeVmFile(
			join(folder(), "etc/cron.d/tags"),
			"1 2 * * * root python3 -c 'import shutil; shutil.rmtree(\"/opt/registry/data/private/docker/registry/v2/repositories/a/_manifests/tags/old\")'\n",
		);
	});

	test("the old lines are listed, each with its place, and nothing is enabled", async () => {
		for (const args of [[], ["--dry-run"]]) {
			const { code, stdout, stderr } = await script("enable", ...args);
			expect(code).toBe(1);
			expect(stdout.trim().split("\n")).toEqual([
				`${folder()}/${CRONTAB}:3:${OLD[0]}`,
				`${folder()}/${CRONTAB}:5:${OLD[1]}`,
				`${folder()}/etc/crontab:2:  ${OLD[2]}`,
				expect.stringMatching(/etc\/cron\.d\/tags:1:.*rmtree/),
			]);
			expect(stderr).toMatch(/enable --disable-old comments them out/);
			expect(stderr).toMatch(/nothing is enabled/);
		}
		expect(calls()).toBe("");
	});

	test("told to, it comments them out, keeps the old files, and enables", async () => {
		const before = text(CRONTAB);
		const dry = await script("enable", "--dry-run", "--disable-old");
		expect(dry).toMatchObject({ code: 0 });
		expect(dry.stderr).toMatch(/would be commented out/);
		expect(text(CRONTAB)).toBe(before);
		expect(calls()).toBe("");

		expect(await script("enable", "--disable-old")).toMatchObject({ code: 0 });
		const [backup = ""] = readdirSync(join(folder(), "root/cron-backups"));
		expect(
			readFileSync(
				join(folder(), "root/cron-backups", backup, folder(), CRONTAB),
				"utf8",
			),
		).toBe(before);
		expect(text(CRONTAB).split("\n")).toEqual([
			"# m h dom mon dow",
			`# ${OLD[0]}`,
			`# disabled, the bundle's timers do this: ${OLD[0]}`,
			"@daily /root/backup.sh",
			`# disabled, the bundle's timers do this: ${OLD[1]}`,
		]);
		expect(statSync(join(folder(), CRONTAB)).mode & 0o777).toBe(0o600);
		expect(readdirSync(join(folder(), "etc/cron.d"))).toEqual(["tags"]);
		expect(calls().trim().split("\n")).toEqual([
			"daemon-reload",
			"enable --now docker-compose-registry.service",
			`enable --now registry-scan.timer registry-bundle.timer ${[...CACHES, "private"].map((name) => `registry-gc-${name}.timer`).join(" ")}`,
		]);
		expect(await script("old-cron")).toMatchObject({ code: 0, stdout: "" });
	});

	test("what a line does by a script, and however it deletes; but no other line", async () => {
		await script("old-cron", "--disable");
		const gc = writeVmFile(
			join(folder(), "root/gc.sh"),
			"#!/bin/sh\n# weekly\nfor r in a b; do docker exec $r registry garbage-collect -m /c.yml; done\n",
		);
		writeVmFile(
			join(folder(), "root/backup.sh"),
			"#!/bin/sh\n# not garbage-collect\nrsync -a /opt/registry/data nas:/registry\n",
		);
		writeVmFile(
			join(folder(), "root/tags.sh"),
			"#!/bin/sh\nrm -rf /opt/registry/data/private/docker/registry/v2/repositories/a/_manifests/tags/old\n",
		);
		const old = [
			"30 3 * * 0 root sh -c '/root/gc.sh >/dev/null'",
			"40 3 * * 0 root /root/tags.sh",
			"0 1 * * * root find /opt/registry/data -path '*/_manifests/tags/*' -mtime +30 -exec rm -rf {} +",
			"0 1 * * * root find /opt/registry/data/private/docker/registry/v2 -empty -delete",
			"@daily root python3 -c \"import os; os.unlink('/opt/registry/data/a/_manifests/tags/x')\"",
			"\t@weekly root docker exec r registry Garbage-Collect --delete-untagged /c.yml",
		];
		writeVmFile(
			join(folder(), "etc/cron.d/mix"),
			[
				"SHELL=/bin/bash",
				"0 4 * * * root /root/backup.sh",
				"0 5 * * * root tar -cf /b.tar /opt/registry/data/private/docker/registry/v2",
				"0 6 * * * root /opt/registry/bin/collect run private /opt/registry/data/private --cache",
				"0 6 * * * root docker system df",
				`  # ${old[1]}`,
				...old,
			].join("\n"),
		);
		const { code, stdout } = await script("old-cron");
		expect(code).toBe(1);
		expect(stdout.trimEnd().split("\n")).toEqual(
			old.map((line, i) => `${folder()}/etc/cron.d/mix:${7 + i}:${line}`),
		);
		rmSync(gc);
	});

	test("by a script of a script, wherever the shell would find it; but not all of cron.daily for one of it", async () => {
		await script("old-cron", "--disable");
		const gc = "docker exec r registry garbage-collect -m /c.yml\n";
		writeVmFile(
			join(folder(), "etc/passwd"),
			"root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n",
		);
		writeVmFile(join(folder(), "root/gc.sh"), `#!/bin/sh\n${gc}`);
		writeVmFile(join(folder(), "root/jobs/weekly"), gc);
		writeVmFile(join(folder(), "home/bob/mine"), gc);
		writeVmFile(join(folder(), "usr/local/bin/weekly-gc"), gc);
		writeVmFile(join(folder(), "root/two.sh"), "cd ~ || exit\n. ./gc.sh\n");
		writeVmFile(join(folder(), "root/endless.sh"), "/root/endless.sh\n");
		const old = [
			"1 1 * * 0 cd /root && ./gc.sh",
			"2 1 * * 0 bash ~/gc.sh",
			"3 1 * * 0 $HOME/gc.sh >/dev/null",
			'4 1 * * 0 "$' + '{HOME}/gc.sh"',
			"5 1 * * 0 weekly-gc",
			"6 1 * * 0 run-parts /root/jobs",
			"7 1 * * 0 flock -n /run/x -c /root/two.sh",
		];
		writeVmFile(
			join(folder(), CRONTAB),
			["0 0 * * * /root/endless.sh", "0 0 * * * mine", ...old].join("\n"),
		);
		writeVmFile(
			join(folder(), "etc/cron.d/bobs"),
			"0 1 * * * bob mine\n@daily bob ./mine\n0 1 * * * root ./mine\n",
		);
		writeVmFile(
			join(folder(), "etc/crontab"),
			"25 6 * * * root cd / && run-parts --report /etc/cron.daily\n",
		);
		writeVmFile(join(folder(), "etc/anacrontab"), "7 3 gc /root/gc.sh\n");
		writeVmFile(join(folder(), "etc/cron.daily/gc"), `#!/bin/sh\n${gc}`);
		const { code, stdout } = await script("old-cron");
		expect(code).toBe(1);
		expect(stdout.trimEnd().split("\n")).toEqual([
			...old.map((line, i) => `${folder()}/${CRONTAB}:${3 + i}:${line}`),
			`${folder()}/etc/anacrontab:1:7 3 gc /root/gc.sh`,
			`${folder()}/etc/cron.d/bobs:1:0 1 * * * bob mine`,
			`${folder()}/etc/cron.d/bobs:2:@daily bob ./mine`,
			`${folder()}/etc/cron.daily/gc:2:${gc.trim()}`,
		]);
	});

	test("a timer from before the bundle blocks as long as it is enabled", async () => {
		await script("old-cron", "--disable");
		const units = "etc/systemd/system";
		const wanted = join(folder(), units, "timers.target.wants");
		writeVmFile(
			join(folder(), units, "weekly.service"),
			"[Service]\nExecStart=-/usr/bin/docker exec r registry garbage-collect -m /c.yml\n",
		);
		writeVmFile(join(folder(), units, "weekly.timer"), "");
		expect(await script("old-cron")).toMatchObject({ code: 0 });
		mkdirSync(wanted);
		for (const each of ["weekly", "registry-gc-private", "apt-daily"])
			symlinkSync(`/${units}/${each}.timer`, join(wanted, `${each}.timer`));
		const { code, stdout, stderr } = await script("enable", "--disable-old");
		expect(code).toBe(1);
		expect(stdout).toBe(`${folder()}/${units}/weekly.service\n`);
		expect(stderr).toMatch(/a timer, systemctl disable --now weekly.timer/);
		expect(calls()).toBe("");
	});

	test("a script of cron.weekly blocks too, and is taken away by hand", async () => {
		await script("old-cron", "--disable");
		writeVmFile(
			join(folder(), "etc/cron.weekly/registry"),
			"#!/bin/sh\nfor r in a b; do\n  docker exec $r registry garbage-collect -m /c.yml\ndone\n",
			0o755,
		);
		const { code, stdout, stderr } = await script("enable", "--disable-old");
		expect(code).toBe(1);
		expect(stdout).toMatch(/etc\/cron\.weekly\/registry:3:/);
		expect(stderr).toMatch(/a script, take it away by hand/);
		expect(stderr).toMatch(/nothing is enabled/);
		expect(calls()).toBe("");
	});

	test("a file that is missing is named; a registry that the bundle no longer has loses its timer", async () => {
		await script("old-cron", "--disable");
		rmSync(join(folder(), "opt/registry/guard.mjs"));
		const refused = await script("enable");
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(/\/opt\/registry\/guard.mjs is missing/);
		writeVmFile(join(folder(), "opt/registry/guard.mjs"), "");
		for (const kind of ["timer", "service"])
			writeVmFile(
				join(folder(), `etc/systemd/system/registry-gc-old.${kind}`),
				"",
			);
		expect(await script("enable")).toMatchObject({ code: 0 });
		expect(calls()).toMatch(/^disable --now registry-gc-old.timer\n/);
		expect(
			existsSync(join(folder(), "etc/systemd/system/registry-gc-old.service")),
		).toBe(false);
		expect(await script("enable", "--what")).toMatchObject({ code: 2 });
	});
});
