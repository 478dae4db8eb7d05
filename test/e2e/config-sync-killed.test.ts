import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually";
import { expectExit } from "../support/expect-exit";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { type Finished, runProgram } from "../support/run-program";
import { running } from "../support/running";
import { SyncedVm } from "../support/synced-vm";

const { suite, programs } = requirePrograms(
	...(["sshd", "ssh", "nginx", "registry2", "docker-compose"] as const),
	...(["curl", "jq", "openssl"] as const),
);

suite("registry-config-sync over a real sshd: waiting, and being killed", () => {
	const lab = new Lab();
	let vm: SyncedVm;
	lab.before(async () => {
		vm = await SyncedVm.startSynced(lab, programs);
	});

	lab.test("the lock that another holds is waited for", async () => {
		const lock = vm.machine.path("opt/registry/.lock");
		const holder = await lab.start({
			name: "lock-holder",
			command: "flock",
			// -o: the command does not hold it, so it ends with flock
			args: ["-o", lock, "sleep", "20"],
			ready: async () =>
				(await runProgram("flock", ["-n", lock, "true"])).code === 1,
		});
		await vm.refused(
			() => vm.sync(vm.script("four"), { LOCK_WAIT: "1" }),
			3,
			/waiting for the lock[\s\S]*not free within 1 s; nothing was touched/,
		);
		const waiting = vm.sync(vm.script("four"));
		await eventually(
			"it waits",
			async () => running(`root=${vm.machine.root}`, "part=work"),
			(pids) => pids.length > 0,
		);
		await holder.stop();
		const ran = await waiting;
		expectExit(ran, 0);
		expect(vm.managed()).toMatchObject(vm.script("four"));
		vm.machine.done();
	});

	/** Starts a sync that takes long over its containers, and waits until it is at them. */
	async function begun(text: string): Promise<readonly [Promise<Finished>]> {
		vm.machine.setSlow(1);
		vm.machine.done();
		const run = vm.sync(vm.changed(text));
		await eventually(
			"a container is bounced",
			async () => vm.machine.done(),
			(lines) => lines.includes("up registry-a"),
		);
		return [run];
	}
	const kill = (signal: NodeJS.Signals, ...texts: readonly string[]) => {
		const pids = running(...texts);
		expect(pids.length).toBeGreaterThan(0);
		for (const pid of pids) process.kill(pid, signal);
	};

	for (const [signal, said] of [
		["SIGKILL", /the work was killed[\s\S]*rolled back/],
		["SIGTERM", /failed[\s\S]*rolled back/],
	] as const)
		lab.test(
			`${signal} for the work in the middle: the old state is put back`,
			async () => {
				const before = vm.managed();
				const [run] = await begun("five");
				kill(signal, `root=${vm.machine.root}`, "part=work");
				const ran = await run;
				expectExit(ran, 1);
				expect(ran.stdout).toMatch(said);
				expect(vm.managed()).toEqual(before);
				expect(await vm.front()).toBe(200);
			},
		);

	lab.test(
		"the pipeline is killed in the middle: the new state is completed",
		async () => {
			const [run] = await begun("six");
			kill(
				"SIGKILL",
				"ssh",
				`${vm.machine.sshd.user}@127.0.0.1`,
				vm.machine.root,
			);
			const cut = await run;
			expectExit(cut, 3);
			expect(cut.stderr).toContain("the connection broke");
			await eventually(
				"the work ends",
				async () => running(`root=${vm.machine.root}`),
				(pids) => pids.length === 0,
			);
			expect(vm.managed()).toMatchObject(vm.changed("six"));
			expect(await vm.front()).toBe(200);
		},
	);

	/** What the generated unit that starts everything runs first, for this VM. */
	function atBoot(): Promise<Finished> {
		const unit = readFileSync(
			join(
				__dirname,
				"../../generated/registry-host/vm/etc/systemd/system/docker-compose-registry.service",
			),
			"utf8",
		);
		const [, line = ""] = /^ExecStartPre=-(.*)$/m.exec(unit) ?? [];
		const here = line
			.replaceAll(" /opt/registry", ` ${vm.machine.root}/opt/registry`)
			.replace("base=", `root=${vm.machine.root} base=`);
		return runProgram("sh", ["-c", here], { PATH: vm.machine.searchPath });
	}

	for (const [how, recover] of [
		["the next run", () => vm.sync(vm.changed("six"))],
		["the next boot", atBoot],
	] as const)
		lab.test(
			`the machine goes down in the middle: ${how} puts the old state back first`,
			async () => {
				const before = vm.managed();
				const [run] = await begun("seven");
				kill("SIGKILL", `root=${vm.machine.root}`);
				expect((await run).code).not.toBe(0);
				vm.machine.setSlow(0);
				expect(vm.managed()).not.toEqual(before);
				await vm.refused(
					() => vm.sync(undefined, {}, "--dry-run"),
					1,
					"dry run: nothing was touched; another run puts the old state back",
				);
				const ran = await recover();
				expectExit(ran, 0);
				expect(ran.stdout).toMatch(
					/an earlier run was cut short[\s\S]*rolled back/,
				);
				expect(vm.managed()).toEqual(before);
				expect(await vm.front()).toBe(200);
			},
		);
});
