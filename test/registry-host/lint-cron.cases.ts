import { linesOf, problemsOf, reasonsOf } from "./linting";

const SCAN = "/opt/registry/fix-broken-blobs.sh";
const CLEAN = "/opt/registry/cleanup-tags.sh";
const LOCK = "flock -w 7200 /opt/registry/.lock";
const overlap = (...lines: string[]) =>
	linesOf("cron-overlap", "crontab", { crontab: `${lines.join("\n")}\n` });

describe("cron-overlap", () => {
	test.each<[string, string, boolean]>([
		["0 2 * * *", "30 2 * * *", true],
		["0 2 * * *", "0 3 * * *", false],
		["0 2 * * 1", "10 2 * * 2", false],
		["0 2 * * mon-fri", "10 2 * * WED", true],
		["50 23 * * 6", "10 0 * * 0", true],
		["50 23 * * 6", "10 0 * * 7", true],
		["0 2 1 * *", "10 2 * * 3", true],
		["0 1-23/2 * * *", "30 */2 * * *", true],
		["0 1-23/4 * * *", "0 3-23/4 * * *", false],
		["@daily", "30 0 * * *", true],
		["@daily", "@weekly", true],
		["0~30 2 * * *", "50 2 * * *", true],
		["0 2 * * fri-sun", "10 2 * * 0", true],
		["@reboot", "0 0 * * *", false],
	])("%s and %s: %s", (first, second, overlaps) => {
		// sorted by line, whichever of the two is told
		expect(overlap(`${first} ${SCAN}`, `${second} ${CLEAN}`).length > 0).toBe(
			overlaps,
		);
	});

	test.each<[string, boolean]>([
		["Fri..Sun 02:10", true],
		["Mon..Thu 02:10", false],
		["*-*-* 00..04:10:00", true],
		["*-*-* 00/2:10:00", true],
		["Sat *-*-1..7 02:10", true],
	])("a timer at %s beside a job on Saturday", (when, overlaps) => {
		const told = problemsOf({
			crontab: `0 2 * * 6 ${SCAN}\n`,
			"clean.timer": `[Timer]\nOnCalendar = ${when}\nUnit = it.service\n`,
			"it.service": `[Service]\nExecStart=${CLEAN}\n`,
		});
		expect(told.length > 0).toBe(overlaps);
	});

	test("one lock that both take makes the second wait; two locks do not", () => {
		expect(
			overlap(`0 2 * * * ${LOCK} ${SCAN}`, `5 2 * * * ${LOCK} ${CLEAN}`),
		).toEqual([]);
		expect(
			overlap(
				`0 2 * * * ${LOCK} ${SCAN}`,
				`5 2 * * * flock -n /tmp/x ${CLEAN}`,
			),
		).toEqual([2]);
		expect(overlap(`0 2 * * * ${LOCK} ${SCAN}`, `5 2 * * * ${CLEAN}`)).toEqual([
			2,
		]);
	});

	test.each<[string, string, boolean]>([
		[
			"exec 9>/opt/registry/.lock\nflock -w 7200 9",
			"exec 200>/opt/registry/.lock\nflock 200",
			false,
		],
		["exec 9>/var/lock/a\nflock 9", "exec 9>/var/lock/b\nflock 9", true],
		[
			"(flock -x 9 || exit 1) 9>/opt/registry/.lock",
			'LOCK="/opt/registry/.lock"\nflock "$LOCK" true',
			false,
		],
	])("a lock by its descriptor and in a variable: %j %j", (a, b, overlaps) => {
		const told = problemsOf({
			crontab: "0 2 * * * /opt/a\n5 2 * * * /opt/b\n",
			"opt/a": `#!/bin/sh\n${a}\n${SCAN}\n`,
			"opt/b": `#!/bin/sh\n${b}\n${CLEAN}\n`,
		});
		expect(told.length > 0).toBe(overlaps);
	});

	test("a job that is quicker to come again than to end", () => {
		expect(overlap(`*/10 * * * * ${SCAN}`)).toEqual([1]);
		expect(overlap(`0 * * * * ${SCAN}`)).toEqual([]);
		expect(
			reasonsOf("cron-overlap", { crontab: `*/10 * * * * ${SCAN}\n` }),
		).toEqual(["got a start every 10 minutes, without a lock"]);
	});

	test("what has nothing to do with the stores may run at any time", () => {
		expect(overlap("0 2 * * * apt-get update", `5 2 * * * ${SCAN}`)).toEqual(
			[],
		);
	});

	test("scripts of the set are looked into: for the lock, and for what they touch", () => {
		const jobs = "0 2 * * * /opt/a\n5 2 * * * /opt/b\n";
		const script = (lock: string, command: string) =>
			`#!/bin/sh\n${lock}${command}\n`;
		const collect =
			"docker stop r; docker run r registry garbage-collect c.yml";
		expect(
			problemsOf({
				crontab: jobs,
				"opt/a": script("", "rm -r /opt/registry/data/x"),
				"opt/b": script("", collect),
			}),
		).toEqual(["crontab:2 cron-overlap"]);
		expect(
			problemsOf({
				crontab: jobs,
				"opt/a": script(`exec ${LOCK} `, "rm -r /opt/registry/data/x"),
				"opt/b": script(`exec ${LOCK} `, collect),
			}),
		).toEqual([]);
	});

	test("a field of a hundred thousand values, and a command of as many words", () => {
		expect(
			overlap(`0${",0".repeat(1e5)} 2 * * * ${SCAN}`, `5 2 * * * ${CLEAN}`),
		).toEqual([2]);
		// the lock is the last word of them
		expect(overlap(`* * * * * flock ${"-w ".repeat(1e5)} ${SCAN}`)).toEqual([]);
	});

	test("old crontab lines beside new timers", () => {
		const files = (service: string) => ({
			crontab: `0 3 * * 0 ${CLEAN}\n`,
			"gc.timer": "[Timer]\nOnCalendar=Sun *-*-* 03:05:00\nPersistent=true\n",
			"gc.service": `[Service]\nExecStart=${service}\n`,
		});
		expect(problemsOf(files("/opt/registry/bin/guard scan"))).toEqual([
			"gc.timer:2 cron-overlap",
		]);
		expect(reasonsOf("cron-overlap", files("guard scan"))).toEqual([
			"got a start 5 minutes after that of line 1 of crontab, without a lock that both take",
		]);
		expect(problemsOf(files("/bin/true"))).toEqual([]);
	});

	test.each([
		["daily", true],
		["weekly", true],
		["*-*-* 00:30:00", true],
		["Mon..Fri 00:30", true],
		["Mon,Thu *-*-* 00:30:00 Europe/London", true],
		["Tue *-*-* 00:30:00", false],
		["*-*-* 12:00:00", false],
	])("OnCalendar=%s against Monday 00:10: %s", (when, overlaps) => {
		const found = problemsOf({
			crontab: `10 0 * * 1 ${CLEAN}\n`,
			"scan.timer": `[Timer]\nOnCalendar=${when}\n`,
			"scan.service": "[Service]\nExecStart=guard.mjs scan\n",
		});
		expect(found.length > 0).toBe(overlaps);
	});
});
