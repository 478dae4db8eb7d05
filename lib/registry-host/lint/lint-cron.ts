import type { HostJob } from "./host-commands";
import type { Report } from "./host-rules";

/** Minutes: a collection or a scan of a full disk may take longer than any smaller gap between two starts. */
const APART = 60;
const WEEK = 7 * 1440;
/** What changes or reads whole stores. */
const TOUCHES_STORES =
	/garbage-collect|cleanup-tags|fix-broken-blobs|docker\/registry\/v2|\/var\/lib\/registry|guard(\.mjs)?\s+(scan|gate)|\/opt\/registry\/data/;
/** More jobs than anybody has. */
const MAX_JOBS = 100;

/** Jobs on the stores that start while another may still run, without a lock that makes them wait. */
export function lintCron(jobs: readonly HostJob[], report: Report): void {
	const starts = jobs
		.filter(({ command }) => TOUCHES_STORES.test(command))
		.slice(0, MAX_JOBS)
		.flatMap((job) => {
			const lock = lockOf(job.command);
			return job.starts().map((at) => ({ at, job, lock }));
		})
		.sort((a, b) => a.at - b.at);
	const told = new Set<HostJob>();
	for (const [i, next] of starts.entries()) {
		// before the first of the week is the last of the week before
		const previous = starts[(i + starts.length - 1) % starts.length];
		if (!previous || previous === next || told.has(next.job)) continue;
		const gap = (next.at - previous.at + WEEK) % WEEK;
		if (gap >= APART || (next.lock && next.lock === previous.lock)) continue;
		told.add(next.job);
		const { file, line } = next.job;
		report(
			"cron-overlap",
			{ file, line },
			next.job === previous.job
				? `got a start every ${gap} minutes, without a lock`
				: `got a start ${gap} minutes after that of line ${previous.job.line}${previous.job.file === file ? "" : ` of ${previous.job.file}`}, without a lock that both take`,
			"put both behind one lock that waits: flock -w 7200 /opt/registry/.lock COMMAND",
		);
	}
}

/** The file that a command locks with flock, by its descriptor too; undefined for none. */
function lockOf(command: string): string | undefined {
	const [, rest = ""] = /\bflock\s+([^\n]*)/.exec(command) ?? [];
	let takesValue = false;
	for (const word of rest.split(/\s+/)) {
		if (takesValue) takesValue = false;
		else if (/^(-w|-E|--timeout|--wait|--conflict-exit-code)$/.test(word))
			takesValue = true;
		else if (!word.startsWith("-")) return meant(unquoted(word), command);
	}
	return undefined;
}

/** `9` of `exec 9>/opt/registry/.lock`, `$LOCK` of `LOCK=/opt/registry/.lock`. */
function meant(word: string, command: string): string {
	const after = (pattern: string) =>
		unquoted(
			new RegExp(`${pattern}\\s*("[^"\\n]*"|'[^'\\n]*'|[^\\s;&|()]+)`).exec(
				command,
			)?.[1] ?? "",
		);
	const path = /^\d{1,3}$/.test(word)
		? after(`(?<!\\S)${word}>{1,2}`) || word
		: word;
	const [, name] = /^\$\{?(\w+)\}?$/.exec(path) ?? [];
	return (name && after(`\\b${name}=`)) || path;
}

function unquoted(word: string): string {
	return word.replace(/^["']|["']$/g, "");
}
