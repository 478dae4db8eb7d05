import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { HostFile } from "../../lib/registry-host/host-file";
import { foundIn, pagesOf } from "../support/pages";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { unitValues } from "../support/unit-file";
import {
	CACHES,
	folderPerTest,
	installBundle,
	vmBundle,
	writeVmFile,
} from "../support/vm-bundle";

const { suite, programs } = requirePrograms("systemd-analyze", "shellcheck");
const folder = folderPerTest();

suite("units and timers", () => {
	const UNITS = "etc/systemd/system";

	async function verify(files: readonly HostFile[]) {
		installBundle(files, "/");
		const units = join(folder(), "units");
		mkdirSync(units);
		for (const { path, text } of files)
			if (path.includes(`${UNITS}/`))
				writeFileSync(join(units, basename(path)), text);
		writeFileSync(
			join(units, "docker.service"),
			"[Service]\nExecStart=/bin/true\n",
		);
		const names = readdirSync(units).map((each) => join(units, each));
		const { code, stdout, stderr } = await runProgram(
			programs["systemd-analyze"],
			["verify", ...names],
			{ SYSTEMD_UNIT_PATH: `${units}:` },
		);
		return { code, said: stdout + stderr, count: names.length };
	}

	/** What lies below the base alone: that path is real here, so that the commands of the units are. */
	const real = () => {
		const base = join(folder(), "opt/registry");
		return vmBundle({ base }).filter(
			({ path }) => path.startsWith(`vm${base}`) || path.includes(UNITS),
		);
	};
	const below = (files: readonly HostFile[]) =>
		files.map((file) =>
			file.path.includes(UNITS)
				? {
						...file,
						path: `vm${folder()}/root/${UNITS}/${basename(file.path)}`,
					}
				: file,
		);

	test("systemd accepts every one of them, and has nothing to say", async () => {
		expect(await verify(below(real()))).toEqual({
			code: 0,
			said: "",
			// compose, then a service and a timer of scan, bundle and six collections; the stand-in for Docker
			count: 1 + 2 * 8 + 1,
		});
	});

	test("what a runbook tells to disable is disabled by that line", async () => {
		const commands = foundIn(
			pagesOf("docs/runbooks"),
			/((?:cd \/etc\/\S+ && )?systemctl (?:enable|disable|mask) [^;`']+)/g,
		);
		expect(commands.length).toBeGreaterThan(1);
		const root = join(folder(), "root");
		const systemctl = `${join(programs["systemd-analyze"], "..")}/systemctl --root=${root} --quiet`;
		const wants = join(root, UNITS, "timers.target.wants");
		for (const { path, found } of commands) {
			rmSync(root, { recursive: true, force: true });
			const timers = vmBundle().filter(({ path }) =>
				/registry-gc-.*\.timer$/.test(path),
			);
			mkdirSync(wants, { recursive: true });
			for (const { path, text } of timers) {
				writeFileSync(join(root, UNITS, basename(path)), text);
				symlinkSync(`/${UNITS}/${basename(path)}`, join(wants, basename(path)));
			}
			const line = found
				.replace("cd /", `cd ${root}/`)
				.replace("systemctl", systemctl)
				.replace(" --now", "");
			const { code, stderr } = await runProgram("sh", ["-c", line]);
			expect({ path, code, stderr }).toEqual({ path, code: 0, stderr: "" });
			expect(existsSync(wants) ? readdirSync(wants) : []).toEqual([]);
		}
	});

	test("control: it does not accept a command that is not there", async () => {
		const { code, said } = await verify(
			below(real().filter(({ path }) => !path.endsWith("/bin/collect"))),
		);
		expect(code).not.toBe(0);
		expect(said).toContain("bin/collect is not executable");
	});

	test("systemd reads the times as they are meant, in the order of the contract", async () => {
		const timers = vmBundle()
			.filter(({ path }) => path.endsWith(".timer"))
			.map(({ path, text }) => ({
				name: basename(path, ".timer"),
				calendar: unitValues(text, "Timer", "OnCalendar"),
			}));
		const at: [string, string][] = [];
		for (const { name, calendar } of timers) {
			expect(calendar).toHaveLength(1);
			const { code, stdout } = await runProgram(
				programs["systemd-analyze"],
				// a Monday
				["calendar", "--base-time=2026-04-20 12:00:00 UTC", ...calendar],
				{ TZ: "UTC" },
			);
			expect(code).toBe(0);
			at.push([/Next elapse: (\S+ \S+ \S+)/.exec(stdout)?.[1] ?? "", name]);
		}
		expect(
			at.filter(([, name]) => name !== "registry-bundle").sort(byTime),
		).toEqual([
			["Tue 2026-04-21 02:30:00", "registry-scan"],
			...[...CACHES, "private"].map((name, i) => [
				`Sun 2026-04-26 03:${String(5 * i).padStart(2, "0")}:00`,
				`registry-gc-${name}`,
			]),
		]);
	});

	const byTime = ([a]: [string, string], [b]: [string, string]) =>
		a.slice(4) < b.slice(4) ? -1 : 1;

	test("one lock for all that works on the stores", () => {
		const lines = vmBundle()
			.filter(({ path }) => /registry-(gc-.*|scan)\.service$/.test(path))
			.flatMap(({ text }) => unitValues(text, "Service", "ExecStart"));
		expect(lines).toHaveLength(7);
		for (const line of lines)
			expect(line).toMatch(
				/^\/usr\/bin\/flock -w 7200 \/opt\/registry\/\.lock \/opt\/registry\/bin\/(scan|collect run )/,
			);
	});
});

suite("scripts", () => {
	test.each([
		["the defaults", {}],
		[
			"caches only",
			{
				registries: CACHES.map((name) => ({
					name,
					kind: "pull-through" as const,
				})),
			},
		],
		[
			"other places",
			{
				base: "/srv/r",
				data: "/data/r",
				registries: [{ name: "private", kind: "private" as const }],
			},
		],
	])("shellcheck has nothing to say: %s", async (_name, over) => {
		const files = vmBundle(over).filter(({ mode }) => mode === 0o755);
		expect(files.length).toBeGreaterThan(7);
		const paths = files.map(({ path, text }) =>
			writeVmFile(join(folder(), path), text),
		);
		const { code, stdout } = await runProgram(programs.shellcheck, paths);
		expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
	});

	test("the bundle is held against its hashes", async () => {
		const files = vmBundle();
		installBundle(files, folder());
		const look = async () => {
			const { code, stderr } = await runProgram(
				join(folder(), "opt/registry/bin/bundle-matches"),
				[],
				{ REGISTRY_ROOT: folder() },
			);
			expect(code).toBe(0);
			const text = readFileSync(
				join(
					folder(),
					"var/lib/node_exporter/textfile/registry_guard_bundle.prom",
				),
				"utf8",
			);
			return [/^registry_guard_bundle_matches (.)$/m.exec(text)?.[1], stderr];
		};
		expect(await look()).toEqual(["1", ""]);
		// every file but the manifest itself
		for (const { path, text } of files) {
			if (!path.startsWith("vm/") || path.endsWith("bundle.sha256")) continue;
			const name = path.slice("vm/".length);
			if (name.endsWith("/bundle-matches")) continue;
			writeFileSync(join(folder(), name), `${text}\n`);
			const [matches, said] = await look();
			expect([name, matches]).toEqual([name, "0"]);
			expect(said).toContain(`${name}: FAILED`);
			writeFileSync(join(folder(), name), text);
		}
		rmSync(join(folder(), "etc/netplan/90-registry-dns.yaml"));
		expect((await look())[0]).toBe("0");
		// a disk that is full
		const published = join(
			folder(),
			"var/lib/node_exporter/textfile/registry_guard_bundle.prom",
		);
		symlinkSync("/dev/full", `${published}.tmp`);
		const { code } = await runProgram(
			join(folder(), "opt/registry/bin/bundle-matches"),
			[],
			{ REGISTRY_ROOT: folder() },
		);
		expect(code).toBe(1);
		expect(existsSync(published)).toBe(false);
	});
});
