const { readFileSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");
const Sequencer = require("@jest/test-sequencer").default;

/**
 * The longest first, so that no worker is left alone with it: jest knows that from the run before, and on a clean clone
 * takes a file's size for its time. A file that only loads cases is as long as they are.
 */
module.exports = class extends Sequencer {
	sort(tests) {
		const weights = new Map(tests.map(({ path }) => [path, weight(path)]));
		return [...tests].sort((a, b) => weights.get(b.path) - weights.get(a.path));
	}
};

function weight(path) {
	const text = readFileSync(path, "utf8");
	return [...text.matchAll(/"(\.\/[^"]+\.cases)"/g)].reduce(
		(sum, [, cases]) => sum + statSync(join(dirname(path), `${cases}.ts`)).size,
		text.length,
	);
}
