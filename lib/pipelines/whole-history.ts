import { imageOf, PINS } from "../pins";
import type { GitClone } from "../woodpecker/workflow";

/**
 * Every commit: the last one that was applied may be any number of pushes ago, and later steps cannot fetch more, because
 * only the clone step is given credentials. Left alone the plugin clones the one commit.
 */
export const WHOLE_HISTORY: GitClone = {
	image: imageOf(PINS.pluginGit),
	partial: false,
	lfs: false,
};
