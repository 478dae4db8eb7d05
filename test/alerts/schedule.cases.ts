import { Cron } from "croner";
import fc from "fast-check";
import { parseSchedule } from "../../lib/alerts/schedule";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

describe("the longest gap between two firings", () => {
	test.each([
		["*/15 * * * *", 15 * MINUTE, true],
		["* * * * *", MINUTE, true],
		["0 * * * *", HOUR, true],
		["0 */6 * * *", 6 * HOUR, true],
		["0,30 * * * *", 30 * MINUTE, true],
		["5/15 * * * *", 15 * MINUTE, true],
		["7 3 * * *", DAY, true],
		["7 3 * * 0", 7 * DAY, true],
		["7 3 ? * *", DAY, true],
		["  0  3 * JAN-DEC,3 sun,MON-sat ", DAY, true],
		// a step of one restricts nothing, so the other day field alone counts
		["0 3 */1 * 1", 7 * DAY, true],
		["0 3 1 * 0-6", DAY, true],
		["*/7 * * * *", 7 * MINUTE, false],
		["0,15 * * * *", 45 * MINUTE, false],
		["0 */5 * * *", 5 * HOUR, false],
		["*/15 9-17 * * *", 15 * HOUR + 15 * MINUTE, false],
		["*/15 9-17 * * MON-FRI", 2 * DAY + 15 * HOUR + 15 * MINUTE, false],
		["7 3 * * 1-5", 3 * DAY, false],
		["7 3 1 * *", 31 * DAY, false],
		["0 0 31 * *", 61 * DAY, false],
		["0 0 1 1 *", 366 * DAY, false],
		// 2096 to 2104
		["0 0 29 2 *", (8 * 365 + 1) * DAY, false],
		// both day fields restricted: either will do
		["0 0 1 * 1", 7 * DAY, false],
		["0 0 */2 * 1", 2 * DAY, false],
		// from the last Monday of a February to the first of the next
		["0 0 * 2 1", 350 * DAY, false],
	])("%s", (expression, longestGap, isEven) => {
		expect(parseSchedule(expression)).toMatchObject({ longestGap, isEven });
	});

	test("agrees with walking through the firings one by one", () => {
		const field = (max: number) =>
			fc.uniqueArray(fc.integer({ min: 0, max }), {
				minLength: 1,
				maxLength: 2,
			});
		const weekdays = fc.option(field(6));
		fc.assert(
			fc.property(field(59), field(23), weekdays, (minutes, hours, days) => {
				const expression = `${minutes} ${hours} * * ${days ?? "*"}`;
				const cron = new Cron(expression, { timezone: "UTC" });
				const runs = cron.nextRuns(60, "2024-02-20T00:00:00Z");
				const gaps = runs
					.slice(1)
					.map((run, i) => (run.getTime() - Number(runs[i])) / 1000);
				expect(parseSchedule(expression)).toEqual({
					longestGap: Math.max(...gaps),
					shortestGap: Math.min(...gaps),
					isEven: new Set(gaps).size === 1,
				});
			}),
			{ numRuns: 15 },
		);
	});
});

describe("time zones", () => {
	test.each([
		["7 3 * * *", "Etc/UTC", DAY, true],
		["7 3 * * *", "Asia/Kolkata", DAY, true],
		// the night that has 25 hours
		["7 3 * * *", "Europe/London", DAY + HOUR, false],
		["7 3 * * *", "America/New_York", DAY + HOUR, false],
		["*/15 * * * *", "Europe/London", 15 * MINUTE, true],
		// shifts by half an hour
		["0 * * * *", "Australia/Lord_Howe", HOUR + 30 * MINUTE, false],
		// shifts in March alone
		["7 3 * * *", "Africa/Casablanca", DAY + HOUR, false],
	])("%s in %s", (expression, timezone, longestGap, isEven) => {
		expect(parseSchedule(expression, timezone)).toMatchObject({
			longestGap,
			isEven,
		});
	});

	test.each([
		["7 3 * * *", "UTC", DAY],
		["7 3 * * *", "Europe/London", DAY - HOUR],
		["*/15 * * * *", "Europe/London", 15 * MINUTE],
		["0 * * * *", "Australia/Lord_Howe", HOUR - 30 * MINUTE],
		["* 2 * * *", "Europe/London", MINUTE],
	])("the shortest gap of %s in %s", (expression, timezone, shortestGap) => {
		expect(parseSchedule(expression, timezone)).toMatchObject({ shortestGap });
	});

	test("an unknown zone is refused", () => {
		expect(() => parseSchedule("* * * * *", "Europe/Atlantis")).toThrow(
			'timezone: got "Europe/Atlantis", wanted an IANA time zone (Europe/London)',
		);
	});
});

test.each([
	"",
	"*/15 * * *",
	"0 */15 * * * *",
	"@hourly",
	"every 15 minutes",
	"1,2,,3 * * * *",
	"0 0 * * 1-",
	"-5 * * * *",
	"0 0 * foo *",
	"0 24 * * *",
	"0 0 0 * *",
	"0 0 * 13 *",
	"60 * * * *",
	"*/0 * * * *",
	"30-10 * * * *",
	"0 0 L * *",
	"0 0 15W * *",
	"0 0 * * 5#2",
	// Kubernetes counts 0 to 6
	"0 0 * * 7",
	"0 0 * * 5-7",
	"0 0 30 2 *",
	"a b c d e",
	"*/15 * * * * && reboot",
])("refuses %j", (expression) => {
	expect(() => parseSchedule(expression)).toThrow(
		`schedule: got ${JSON.stringify(expression)}, wanted `,
	);
});
