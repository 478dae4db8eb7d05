import { renderYaml } from "../../yaml";
import type { AlertName } from "../alert";
import { renderDuration } from "../duration";
import { lookTimes } from "./look-times";
import { seriesValues } from "./series-values";

/** When an alert fires, and on which series. Seconds from the start of the story. */
export interface StoryOnset {
	readonly alert: AlertName;
	/** Labels that tell it from others of its name. */
	readonly labels?: Readonly<Record<string, string>>;
	/** From then on. */
	readonly at: number;
	/** It is over then. @default - to the end */
	readonly until?: number;
}

/** What Prometheus scrapes over time, and every alert that follows. */
export interface Story {
	readonly name: string;
	/** Every series by name and labels, with its value at a time; undefined: it is not there. */
	readonly series: Readonly<
		Record<string, (time: number) => number | undefined>
	>;
	readonly onsets: readonly StoryOnset[];
	/** Times at which the alerts are looked at, besides those around each onset and end. */
	readonly looks?: readonly number[];
}

/** Seconds between two samples, and between two looks at the rules: stories of weeks take seconds. */
export const STORY_STEP = 900;
/** Labels by which one alert is told from another of its name. */
const IDENTITY = ["alertname", "registry", "mountpoint", "stack"];

/** A `promtool test rules` file of these stories, each with every alert that fires just before and after it should. */
export function renderStories(
	stories: readonly Story[],
	ruleFile: string,
	header?: readonly string[],
): string {
	return renderYaml(
		{
			rule_files: [ruleFile],
			evaluation_interval: renderDuration(STORY_STEP),
			tests: stories.map(test),
		},
		header,
	);
}

function test(story: Story) {
	const looks = lookTimes(story, STORY_STEP);
	const steps = (looks.at(-1) ?? 0) / STORY_STEP;
	// where nothing is to fire, nothing may be about to either
	const state = story.onsets.length > 0 ? '{alertstate="firing"}' : "";
	const rows = Object.entries(story.series).map(([series, value]) => ({
		series,
		row: Array.from({ length: steps + 1 }, (_, i) => value(i * STORY_STEP)),
	}));
	return {
		name: story.name,
		interval: renderDuration(STORY_STEP),
		input_series: rows
			.filter(({ row }) => row.some((sample) => sample !== undefined))
			.map(({ series, row }) => ({ series, values: seriesValues(row) })),
		promql_expr_test: looks.map((time) => ({
			expr: `count by (${IDENTITY.join(", ")}) (ALERTS${state})`,
			eval_time: renderDuration(time),
			exp_samples: story.onsets
				.filter(({ at, until }) => at < time && !((until ?? time) < time))
				.map(({ alert, labels }) => ({
					labels: labelText({ alertname: alert, ...labels }),
					value: 1,
				})),
		})),
	};
}

/** `{alertname="x", registry="private"}`. */
function labelText(labels: Readonly<Record<string, string>>): string {
	const each = Object.entries(labels).map(
		([name, value]) => `${name}=${JSON.stringify(value)}`,
	);
	return `{${each.join(", ")}}`;
}
