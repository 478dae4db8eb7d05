import { settings } from "../../stacks/settings";
import { freshFor, watchedRegistries } from "../../stacks/watched";

/** The settings with other probe props for every registry. */
function withProbe(probe: object) {
	const registries = settings.registries.map((each) => ({ ...each, probe }));
	return { ...settings, registries };
}

test("alerts know all of a probe that their times are made of", () => {
	const probe = {
		schedule: "0 3 * * *",
		timezone: "Europe/London",
		shards: 3,
		tagsPerRepo: 5,
		fullRotation: 0,
	};
	const { fullRotation: _, ...known } = probe;
	for (const { registry, ...watched } of watchedRegistries(withProbe(probe)))
		expect({ name: registry.name, ...watched }).toEqual({
			name: registry.name,
			...known,
		});
});

test("a probe that says nothing has the schedule of all", () => {
	expect(watchedRegistries(settings)[0]).toMatchObject({
		schedule: settings.schedule,
	});
	expect(freshFor(settings)).toBe(3600);
});

test("the night that is an hour longer counts four times", () => {
	const schedule = "0 3 * * *";
	expect(freshFor(withProbe({ schedule }))).toBe(4 * 24 * 3600);
	expect(freshFor(withProbe({ schedule, timezone: "Europe/London" }))).toBe(
		4 * 25 * 3600,
	);
});
