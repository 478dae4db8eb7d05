import { parseDuration } from "../../lib/constructs/duration";

test.each([
	["1s", 1],
	["90s", 90],
	["10m", 600],
	["2h", 7200],
	["168h", 604_800],
])("%s", (text, seconds) => {
	expect(parseDuration(text, "deadline")).toBe(seconds);
});

test.each([
	"",
	"10",
	"10 m",
	"1.5m",
	"-1m",
	"0s",
	"m",
	"10M",
	"1d",
	"1m30s",
	"169h",
	"99999999h",
])("refuses %j", (text) => {
	expect(() => parseDuration(text, "deadline")).toThrow(
		`deadline: got ${JSON.stringify(text)}, wanted a duration of at most a week such as 90s, 10m or 1h`,
	);
});
