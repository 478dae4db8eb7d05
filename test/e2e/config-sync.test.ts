import { existsSync, readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { imageOf, PINS } from "../../lib/pins";
import { eventually } from "../support/eventually";
import { expectExit } from "../support/expect-exit";
import { Lab } from "../support/lab";
import { privateCa } from "../support/private-ca";
import { modeOf, without } from "../support/registry-vm";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { CONFIG_SYNC, SyncedVm } from "../support/synced-vm";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "nginx", "registry2", "docker-compose"] as const),
	...(["curl", "jq", "openssl"] as const),
);

suite("registry-config-sync over a real sshd: what it ships", () => {
	const lab = new Lab();
	let vm: SyncedVm;
	lab.before(async () => {
		vm = await SyncedVm.start(lab, programs);
	});

	test("the guard runs in the image that the library pins", () => {
		expect(readFileSync(CONFIG_SYNC, "utf8")).toContain(
			`\${GUARD_IMAGE:-${imageOf(PINS.node)}}`,
		);
	});

	lab.test("a dry run on an empty VM touches nothing", async () => {
		const ran = await vm.refused(
			() => vm.sync(vm.whole(), {}, "--dry-run"),
			0,
			"dry run",
		);
		expect(ran.stdout).toContain("file that comes: opt/registry/nginx.conf");
		expect(vm.machine.done()).toEqual([]);
	});

	lab.test("the first run ships everything, nginx last", async () => {
		const ran = await vm.sync(vm.whole());
		expectExit(ran, 0);
		expect(vm.machine.done()).toEqual([
			"systemctl daemon-reload",
			"up registry-a",
			"up registry-b",
			"up nginx",
			"systemctl enable --now registry-scan.timer",
		]);
		const front = await fetch(`http://127.0.0.1:${vm.ports.front}/v2/`);
		expect(front.status).toBe(200);
		expect(vm.managed()).toMatchObject(vm.whole());
		expect(modeOf(vm.machine.path("opt/registry/bin/hello"))).toBe(0o755);
		expect(modeOf(vm.machine.path("opt/registry/nginx.conf"))).toBe(0o644);
		// nothing of the transport stays
		expect(readdirSync(vm.machine.path("opt/registry/.sync"))).toEqual([]);
	});

	lab.test("the second run changes nothing", async () => {
		const ran = await vm.refused(
			() => vm.sync(undefined),
			0,
			"nothing to change",
		);
		expect(ran.stdout.trim()).toBe("nothing to change");
		expect(vm.machine.done()).toEqual([]);
	});

	lab.test("a script alone bounces nobody", async () => {
		const files = vm.whole({
			"opt/registry/bin/hello": "#!/bin/sh\necho hi\n",
		});
		const ran = await vm.sync(files);
		expectExit(ran, 0);
		expect(ran.stdout).toMatch(/^-echo hello\n\+echo hi$/m);
		expect(vm.machine.done()).toEqual([]);
	});

	lab.test("a registry's own file bounces that registry", async () => {
		const files = vm.whole({
			"opt/registry/config-b.yml": vm.config("b", "# note"),
		});
		expectExit(await vm.sync(files), 0);
		expect(vm.machine.done()).toEqual(["up registry-b"]);
	});

	lab.test(
		"a push that is under way when its registry is bounced ends well",
		async () => {
			const port = vm.ports.a;
			const started = await fetch(
				`http://127.0.0.1:${port}/v2/team/app/blobs/uploads/`,
				{ method: "POST" },
			);
			const push = request(started.headers.get("location") ?? "", {
				method: "PATCH",
				headers: { "content-type": "application/octet-stream" },
			});
			const answered = new Promise<number | undefined>((resolve, reject) => {
				push.once("response", (answer) => resolve(answer.statusCode));
				push.once("error", reject);
			});
			push.write(Buffer.alloc(1000));
			const sync = vm.sync(vm.changed("drained"));
			await eventually(
				"the registry takes no new connections",
				() =>
					fetch(`http://127.0.0.1:${port}/v2/`).then(
						() => false,
						() => true,
					),
				Boolean,
			);
			push.end(Buffer.alloc(1000));
			expect(await answered).toBe(202);
			expectExit(await sync, 0);
			expectExit(await vm.sync(vm.whole()), 0);
			vm.machine.done();
		},
	);

	lab.test("a definition bounces its service", async () => {
		const files = vm.whole({
			"opt/registry/docker-compose.yml": vm.compose(["a", "b"], "1"),
		});
		expectExit(await vm.sync(files), 0);
		expect(vm.machine.done()).toEqual(["up registry-a"]);
	});

	lab.test(
		"a registry that leaves: nginx first, its data and its break-glass archives stay",
		async () => {
			vm.machine.write({
				"opt/registry/data/b/docker/registry/v2/kept": "kept",
			});
			const units = {
				"etc/systemd/system/registry-gc-b.service":
					"[Service]\nType=oneshot\nExecStart=/bin/true\n",
				"etc/systemd/system/registry-gc-b.timer":
					"[Timer]\nOnCalendar=Sun 03:00\n[Install]\nWantedBy=timers.target\n",
			};
			expectExit(await vm.sync(vm.whole(units)), 0);
			vm.machine.done();
			const files = without(vm.whole(), "opt/registry/config-b.yml");
			const ran = await vm.sync({
				...files,
				"opt/registry/docker-compose.yml": vm.compose(["a"]),
				"opt/registry/nginx.conf": `${vm.nginx()}# without b\n`,
			});
			expectExit(ran, 0);
			expect(ran.stdout).toContain(
				"services that go, their data stays: registry-b",
			);
			expect(vm.machine.done()).toEqual([
				"systemctl disable --now registry-gc-b.timer",
				"systemctl daemon-reload",
				"up nginx",
				"stop registry-b",
				"rm registry-b",
			]);
			expect(existsSync(vm.machine.path("opt/registry/config-b.yml"))).toBe(
				false,
			);
			expect(
				existsSync(vm.machine.path("etc/systemd/system/registry-gc-b.timer")),
			).toBe(false);
			expect(vm.machine.files("opt/registry/data")).toMatchObject({
				"opt/registry/data/b/docker/registry/v2/kept": "kept",
				"opt/registry/data/private/_breakglass/x.tar.gz": "kept",
			});
			expectExit(await vm.sync(vm.whole()), 0);
			vm.machine.done();
		},
	);

	lab.test(
		"the unit that starts all of them is active from the first day, so that it stops them too",
		async () => {
			const unit = "docker-compose-registry.service";
			const service = "Type=oneshot\nRemainAfterExit=yes\nExecStart=true\n";
			const install = "[Install]\nWantedBy=multi-user.target\n";
			const text = `[Service]\n${service}${install}`;
			vm.machine.done();
			expectExit(
				await vm.sync(vm.whole({ [`etc/systemd/system/${unit}`]: text })),
				0,
			);
			expect(vm.machine.done()).toEqual([
				"systemctl daemon-reload",
				`systemctl enable ${unit}`,
				`systemctl start ${unit}`,
			]);
		},
	);

	lab.test(
		"no timer is enabled beside the crontab lines that it replaces",
		async () => {
			const files = {
				...vm.changed("nine"),
				"opt/registry/bin/old-cron":
					'#!/bin/sh\n! grep -n collect "$REGISTRY_ROOT/var/spool/cron/crontabs/root"\n',
				"etc/systemd/system/registry-gc-a.timer":
					"[Timer]\nOnCalendar=Sun 03:00\n[Install]\nWantedBy=timers.target\n",
			};
			const crontab = "var/spool/cron/crontabs/root";
			vm.machine.write({
				[crontab]: "0 3 * * 0 registry garbage-collect -m\n",
			});
			const ran = await vm.sync(files);
			expectExit(ran, 0);
			expect(ran.stdout).toMatch(
				/WARNING: no timer is enabled[\s\S]*1:0 3 \* \* 0 registry garbage-collect -m/,
			);
			expect(vm.machine.done()).not.toContain(
				"systemctl enable --now registry-gc-a.timer",
			);
			vm.machine.write({ [crontab]: "" });
			expectExit(await vm.sync(files), 0);
			expect(vm.machine.done()).toEqual([
				"systemctl enable --now registry-gc-a.timer",
			]);
		},
	);

	lab.test(
		"the generated bundle passes everything that comes before the first change",
		async () => {
			const { certificateFile, keyFile } = privateCa(
				programs.openssl,
				lab.folder,
				"registry.viktorbarzin.me",
			);
			vm.machine.write({
				"opt/registry/htpasswd": "",
				"opt/registry/tls/fullchain.pem": readFileSync(certificateFile, "utf8"),
				"opt/registry/tls/privkey.pem": readFileSync(keyFile, "utf8"),
			});
			const ran = await vm.refused(
				() =>
					runProgram(
						CONFIG_SYNC,
						["--dry-run", join(__dirname, "../../generated/registry-host/vm")],
						vm.machine.settings,
					),
				0,
				"dry run: nothing was touched",
			);
			expect(ran.stdout).toMatch(
				/^services to bounce: registry-dockerhub .*registry-private .*nginx$/m,
			);
			expect(ran.stdout).toMatch(
				/^units to enable: .*docker-compose-registry\.service.*registry-gc-private\.timer/m,
			);
		},
	);
});
