// Required before the program under test: says at its exit what the kernel has counted for it. `--import` would do the
// same, but it starts the program through the loader of ES modules, which scans a bundle of 4 MB for exports first.
const { readFileSync, writeSync } = require("node:fs");

/** KiB. Where there is /proc its own peak: that of getrusage begins with what the parent had at the fork. */
function peak() {
	try {
		return Number(
			/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1],
		);
	} catch {
		return process.resourceUsage().maxRSS;
	}
}

process.on("exit", () => {
	const { userCPUTime, systemCPUTime } = process.resourceUsage();
	const rss = peak();
	writeSync(3, JSON.stringify({ rss, cpu: userCPUTime + systemCPUTime }));
});
