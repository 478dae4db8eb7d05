// Required before the program under test: says at its exit what the kernel has counted for it. `--import` would do the
// same, but it starts the program through the loader of ES modules, which scans a bundle of 4 MB for exports first.
const { writeSync } = require("node:fs");

process.on("exit", () => {
	const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
	writeSync(
		3,
		JSON.stringify({ rss: maxRSS, cpu: userCPUTime + systemCPUTime }),
	);
});
