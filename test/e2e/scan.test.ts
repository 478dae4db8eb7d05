import { execFileSync } from "node:child_process";
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import type { Report } from "../../lib/guard/finding";
import { children, DAMAGE, TAG } from "../support/damage";
import { Distribution } from "../support/distribution";
import { freePort } from "../support/free-port";
import { guardReport, runGuard } from "../support/guard";
import { multiArch } from "../support/images";
import { inParallel } from "../support/in-parallel";
import { Lab } from "../support/lab";
import { ODDITIES } from "../support/oddities";
import { pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { plant, Storage } from "../support/storage";

const { suite, programs } = requirePrograms("registry2", "promtool");

const APP = multiArch("e2e/scan");
const [CHILD = ""] = children(APP, APP.root);
const [CONFIG = "", LAYER = ""] = children(APP, CHILD);
const BESIDE = multiArch("e2e/beside");
const BUNDLE = join(__dirname, "../../dist/guard.mjs");

suite("guard scan on a store that a registry wrote", () => {
	const lab = new Lab();
	let registry: Distribution;

	lab.before(async () => {
		registry = await Distribution.start(lab, {
			name: "private",
			program: programs.registry2,
		});
		await pushContent(registry.target, "app", APP, TAG, "latest");
	});

	lab.test("whatever is unusual and whole is whole", async () => {
		const { target, storage } = registry;
		const oddities = ODDITIES.filter(({ only = "2.8.2" }) => only === "2.8.2");
		await inParallel(oddities, 4, async ({ name, put }) => {
			await put({ target, storage, repository: `odd/${name}` });
		});
		for (const flags of [[], ["--full"]]) {
			const { code, report } = await guardReport([
				"scan",
				registry.root,
				...flags,
			]);
			expect(report.findings).toEqual([]);
			expect(report.inconclusive).toEqual([]);
			expect([code, report.outcome]).toEqual([0, "complete"]);
		}
	});

	lab.test(
		"the commands of a relink, as they are printed, make every image whole",
		async () => {
			const links = DAMAGE.filter(({ name }) => /-link-/.test(name));
			for (const { name, content, damage } of links) {
				await pushContent(registry.target, `links/${name}`, content, TAG);
				damage(registry.storage, `links/${name}`);
			}
			const { report } = await guardReport(["scan", registry.root]);
			// also of a tag's own link: it never named anything else
			expect(report.findings.map(({ repair }) => repair.action)).toEqual(
				links.map(() => "relink"),
			);
			const folder = join(lab.folder, "bin");
			mkdirSync(folder);
			const shim = join(folder, "cdktf-registry-guard");
			writeFileSync(
				shim,
				`#!/bin/sh\nexec ${process.execPath} ${BUNDLE} "$@"\n`,
			);
			chmodSync(shim, 0o755);
			const env = {
				PATH: `${folder}:${process.env.PATH}`,
				REGISTRY: registry.origin,
			};
			const verifies: string[] = [];
			for (const { repair } of report.findings)
				for (const command of repair.commands) {
					if (command.startsWith("cdktf-registry-guard"))
						verifies.push(command);
					else {
						const done = await runProgram("sh", ["-ec", command], env);
						expect(done).toMatchObject({ code: 0, stderr: "" });
					}
				}
			await registry.restart();
			await inParallel(verifies, 2, async (command) => {
				const done = await runProgram("sh", ["-ec", command], env);
				expect([command, done.code, done.stderr]).toEqual([command, 0, ""]);
			});
			expect((await runGuard(["scan", registry.root])).code).toBe(0);
		},
	);

	lab.test(
		"after garbage-collect -m: the index is an orphan, and only a push mends it",
		async () => {
			const root = join(lab.folder, "incident");
			const storage = new Storage(root);
			storage.put("app", APP, TAG);
			const config = join(lab.folder, "incident.yml");
			writeFileSync(
				config,
				JSON.stringify({
					version: 0.1,
					storage: { filesystem: { rootdirectory: root } },
				}),
			);
			execFileSync(programs.registry2, ["garbage-collect", "-m", config], {
				stdio: "ignore",
			});
			const { report, stderr, code } = await guardReport(["scan", root]);
			expect(code).toBe(1);
			expect(report.counts.brokenTags).toBe(1);
			expect(report.findings).toHaveLength(4);
			for (const { reason, got, repair } of report.findings)
				expect([reason, got, repair.action]).toEqual([
					"missing",
					"no link",
					"repush",
				]);
			const logged = stderr.split("\n").filter((line) => line !== "");
			expect(logged).toHaveLength(4);
			for (const line of logged)
				expect(line).toContain(`ORPHAN INDEX incident: app:${TAG} ${APP.root}`);
			// the collection left the links of what it deleted
			const orphans = report.orphanLayerLinks ?? [];
			expect(orphans.map(({ digest }) => digest).sort()).toEqual(
				[...APP.blobs.keys()].sort(),
			);
			const fixed = await runGuard(["scan", root, "--fix-layer-links"]);
			expect(fixed.code).toBe(1);
			for (const digest of APP.blobs.keys())
				expect(existsSync(storage.layerLink("app", digest))).toBe(false);
			const after = await guardReport(["scan", root]);
			expect(after.report.findings).toEqual(report.findings);
			expect(after.report.orphanLayerLinks).toEqual([]);
		},
	);

	lab.test(
		"a pull-through cache of it that holds one platform is quiet",
		async () => {
			const data = join(lab.folder, "data");
			const root = join(data, "cache");
			mkdirSync(root, { recursive: true });
			const host = `127.0.0.1:${await freePort()}`;
			// as on the VM: the config lies above the folder of stores
			const config = join(lab.folder, "config-cache.yml");
			writeFileSync(
				config,
				[
					"version: 0.1",
					"storage:",
					"  filesystem:",
					`    rootdirectory: ${root}`,
					"proxy:",
					`  remoteurl: ${registry.origin}`,
					"http:",
					`  addr: ${host}`,
					"",
				].join("\n"),
			);
			const target = { origin: `http://${host}` };
			await lab.start({
				name: "cache",
				command: programs.registry2,
				args: ["serve", config],
				ready: async () => (await send(target, "GET", "/v2/")).status === 200,
			});
			const accept = [...APP.manifests.values()]
				.map(({ mediaType }) => mediaType)
				.join(",");
			for (const path of [
				`manifests/${TAG}`,
				`manifests/${CHILD}`,
				`blobs/${CONFIG}`,
				`blobs/${LAYER}`,
			]) {
				const { status } = await send(target, "GET", `/v2/app/${path}`, "", {
					accept,
				});
				expect([path, status]).toEqual([path, 200]);
			}
			const cached = new Storage(root).blob(LAYER);
			while (!existsSync(cached)) await new Promise((r) => setTimeout(r, 20));
			const { code, stdout } = await runGuard(["scan", data]);
			expect([code, stdout]).toEqual([
				0,
				expect.stringContaining("cache (pull-through cache): complete"),
			]);
			// what tells it apart is its config: as a registry of our own it is broken
			const moved = join(lab.folder, "elsewhere", "cache");
			mkdirSync(dirname(moved));
			renameSync(config, `${config}.away`);
			expect((await runGuard(["scan", data])).code).toBe(1);
			expect((await runGuard(["scan", data, "--cache"])).code).toBe(0);
			plant.truncated(cached);
			const bad = await guardReport(["scan", data, "--cache"]);
			expect(bad.report.findings).toMatchObject([
				{ store: "cache", kind: "layer", digest: LAYER, reason: "size" },
			]);
			const [finding] = bad.report.findings;
			// nobody pushes to a cache: what is wrong goes, and is pulled again
			execFileSync("sh", ["-ec", finding?.repair.commands[0] ?? "false"]);
			expect((await runGuard(["scan", data, "--cache"])).code).toBe(0);
		},
	);

	lab.test("promtool takes what is written for node_exporter", async () => {
		const file = join(lab.folder, "registry_guard_scan_private.prom");
		const gate = join(lab.folder, "registry_guard_gc_private.prom");
		const umask = process.umask(0o077);
		const codes = [
			await runGuard(["scan", registry.root, "--textfile", file]),
			await runGuard([
				...["gate", "open", join(lab.folder, "gate.json"), "--cache"],
				...["--base", registry.root, "--textfile", gate],
			]),
		].map(({ code }) => code);
		process.umask(umask);
		expect(codes).toEqual([0, 0]);
		// node_exporter is another user, the STATE is for nobody else
		const modes = [file, gate, join(lab.folder, "gate.json")].map(
			(each) => statSync(each).mode & 0o777,
		);
		expect(modes).toEqual([0o644, 0o644, 0o600]);
		// on the way to a program: nothing waits for what an earlier scan may have written there
		const { stdout } = await runProgram("sh", [
			...["-c", '"$0" "$@" | cat', process.execPath, BUNDLE],
			...["scan", registry.root, "--textfile", "/dev/stdout"],
		]);
		expect(stdout).toContain('findings{registry="');
		const checked = execFileSync(programs.promtool, ["check", "metrics"], {
			input: readFileSync(file),
			encoding: "utf8",
		});
		expect(checked).toBe("");
	});
});

describe("guard scan on what is no store as it should be", () => {
	const lab = new Lab();
	const storeOf = (name: string): Storage => {
		const storage = new Storage(join(lab.folder, name, "private"));
		storage.put("app", APP, TAG);
		storage.put("beside", BESIDE, TAG);
		return storage;
	};
	const scan = (name: string) =>
		guardReport(["scan", join(lab.folder, name, "private")]);

	lab.test("pipes and sockets in place of files: nothing hangs", async () => {
		const storage = storeOf("pipes");
		storage.put("other", APP, TAG);
		const [besides = ""] = children(BESIDE, BESIDE.root);
		for (const path of [
			storage.revisionLink("app", CHILD),
			storage.blob(besides),
		]) {
			rmSync(path);
			execFileSync("sh", ["-c", `mkfifo ${path}`]);
		}
		// the path of a socket is at most 108 bytes: bound here, moved there
		const socket = join(lab.folder, "socket");
		const server = createServer();
		await new Promise<void>((resolve) => server.listen(socket, resolve));
		renameSync(socket, storage.blob(LAYER));
		const { report, code } = await scan("pipes");
		await new Promise((resolve) => server.close(resolve));
		expect([code, report.outcome]).toEqual([1, "complete"]);
		const reason = "unreadable";
		expect(report.findings).toMatchObject([
			{ repository: "app", digest: CHILD, reason },
			{ repository: "beside", digest: besides, reason },
			{ repository: "other", digest: LAYER, reason },
		]);
	});

	lab.test(
		"what another user may not read is told, the rest is looked at",
		async () => {
			const storage = storeOf("closed");
			plant.missing(
				storage.revisionLink("beside", children(BESIDE, BESIDE.root)[0] ?? ""),
			);
			chmodSync(dirname(dirname(storage.tagLink("app", TAG))), 0);
			chmodSync(storage.blob(children(BESIDE, BESIDE.root)[1] ?? ""), 0);
			const bundle = join(lab.folder, "guard.mjs");
			copyFileSync(BUNDLE, bundle);
			chmodSync(lab.folder, 0o755);
			const args = [bundle, "scan", join(lab.folder, "closed"), "--json"];
			const asNobody =
				process.getuid?.() === 0
					? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
					: ["env"];
			const [program = "", ...rest] = [...asNobody, process.execPath, ...args];
			const { stdout, code, stderr } = await runProgram(program, rest);
			const report = JSON.parse(stdout) as Report;
			chmodSync(dirname(dirname(storage.tagLink("app", TAG))), 0o755);
			expect([code, stderr]).toEqual([
				1,
				expect.stringContaining("ORPHAN INDEX"),
			]);
			expect(report.outcome).toBe("partial");
			expect(report.inconclusive.map(({ reason }) => reason)).toEqual([
				"auth",
				"auth",
			]);
			expect(report.inconclusive.map(({ detail }) => detail).join()).toContain(
				"EACCES",
			);
			expect(report.findings).toMatchObject([{ repository: "beside" }]);
		},
	);

	lab.test("repositories that come and go while they are read", async () => {
		const storage = storeOf("moving");
		const names = Array.from({ length: 60 }, (_, i) => `moving/r${i}`);
		const content = multiArch("e2e/moving", { architectures: ["amd64"] });
		for (const name of names) storage.put(name, content, TAG);
		const root = join(lab.folder, "moving/private");
		const churn = `const {rmSync,cpSync}=require("node:fs");
			const at=(n)=>process.argv[1]+"/docker/registry/v2/repositories/moving/"+n;
			cpSync(at("r0"),at("keep"),{recursive:true});
			for(let i=0;;i=(i+7)%60){rmSync(at("r"+i),{recursive:true,force:true});cpSync(at("keep"),at("r"+i),{recursive:true});}`;
		const daemon = await lab.start({
			name: "churn",
			command: process.execPath,
			args: ["-e", churn, root],
			ready: async () =>
				existsSync(join(root, "docker/registry/v2/repositories/moving/keep")),
		});
		for (let round = 0; round < 4; round++) {
			const { code, report, stderr } = await scan("moving");
			expect([0, 1, 3]).toContain(code);
			expect(stderr).not.toContain("internal error");
			// what nobody touches is looked at in every round
			expect(report.counts.repositories).toBeGreaterThanOrEqual(3);
			expect(
				report.findings.filter(
					({ repository }) => !repository.startsWith("moving/"),
				),
			).toEqual([]);
		}
		await daemon.stop();
	});

	lab.test(
		"thousands of findings: 200 lines for people, all of them in JSON",
		async () => {
			const storage = storeOf("many");
			for (let i = 0; i < 300; i++)
				storage.write(
					storage.tagLink("app", `gone-${i}`),
					APP.root.replace(/.$/, "x"),
				);
			const { stdout, code } = await runGuard([
				"scan",
				join(lab.folder, "many"),
			]);
			expect(code).toBe(1);
			expect(stdout.match(/^BROKEN/gm)).toHaveLength(200);
			expect(stdout).toContain("... and 100 findings more, all in --json");
			expect((await scan("many")).report.findings).toHaveLength(300);
		},
	);

	lab.test("two threads tell what one tells", async () => {
		const storage = storeOf("threads");
		const content = multiArch("e2e/threads", { architectures: ["amd64"] });
		const child = children(content, content.root)[0] ?? "";
		for (let i = 0; i < 200; i++) {
			storage.put(`r${i}`, content, TAG);
			if (i % 5 === 0) plant.missing(storage.revisionLink(`r${i}`, child));
		}
		// says what the second thread sent
		const witness = join(lab.folder, "witness.cjs");
		const sent = join(lab.folder, "sent");
		writeFileSync(
			witness,
			`const threads = require("node:worker_threads");
			threads.Worker = class extends threads.Worker {
				constructor(...args) {
					super(...args);
					let looks = 0;
					this.on("message", () => looks++);
					this.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(sent)}, String(looks)));
				}
			};`,
		);
		const args = [BUNDLE, "scan", join(lab.folder, "threads"), "--json"];
		const node = process.execPath;
		const ended = [
			await runProgram(node, ["--require", witness, ...args]),
			await runProgram("taskset", ["--cpu-list", "0", node, ...args]),
		];
		const [two, one] = ended.map(({ code, stdout, stderr }) => {
			const { durationSeconds, started, ...report } = JSON.parse(stdout);
			return { code, stderr, report };
		});
		expect(two).toEqual(one);
		expect([two?.code, two?.report.findings.length]).toEqual([1, 40]);
		if (availableParallelism() > 1) {
			const looks = Number(readFileSync(sent, "utf8"));
			expect(looks).toBeGreaterThan(0);
			expect(looks).toBeLessThan(202);
		} else expect(existsSync(sent)).toBe(false);
	});
});
