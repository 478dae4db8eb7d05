import type { Panel, PanelBody } from "./grafana";

/** Columns of Grafana's grid. */
const WIDTH = 24;

/** Panels side by side, all of the same width and height. */
export interface LayoutRow {
	/** In grid units of 30 pixels. */
	readonly height: number;
	readonly panels: readonly PanelBody[];
}

/** Places rows of panels under each other and numbers them in reading order. */
export function layout(rows: readonly LayoutRow[]): Panel[] {
	const placed: Panel[] = [];
	let y = 0;
	for (const { height, panels } of rows) {
		const width = Math.floor(WIDTH / panels.length);
		panels.forEach((panel, i) => {
			const gridPos = { x: i * width, y, w: width, h: height };
			placed.push({ ...panel, id: placed.length + 1, gridPos });
		});
		y += height;
	}
	return placed;
}
