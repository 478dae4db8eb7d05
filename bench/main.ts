import { findProgram } from "../test/support/programs";
import { type Benchmark, isMet } from "./benchmark";
import { drift } from "./drift";
import { machine } from "./machine";
import { renderResult } from "./markdown";
import { scale } from "./scale";
import { diskScan } from "./scan";
import { startup } from "./startup";
import { synth } from "./synth";
import { versus } from "./versus";
import { walk } from "./walk";

/**
 * Program: `npm run bench [-- NAME... --assert]`. Markdown on stdout, progress on stderr. Exit 1 if a benchmark broke;
 * with --assert also if a target was missed or a benchmark was skipped; 2 for a name that does not exist.
 */
const BENCHMARKS: readonly Benchmark[] = [
	walk,
	versus,
	scale,
	synth,
	startup,
	drift,
	diskScan,
];

async function main(args: readonly string[]): Promise<number> {
	const strict = args.includes("--assert");
	const names = args.filter((arg) => arg !== "--assert");
	const known = new Map(BENCHMARKS.map((b) => [b.name, b]));
	const unknown = names.filter((name) => !known.has(name));
	if (unknown.length > 0) {
		const list = BENCHMARKS.map((b) => `  ${b.name.padEnd(8)} ${b.about}`);
		process.stderr.write(
			`no such benchmark: ${unknown.join(", ")}; there are\n${list.join("\n")}\n`,
		);
		return 2;
	}

	process.stdout.write(`Machine: ${machine()}.\n\n`);
	const trouble: string[] = [];
	const missed: string[] = [];
	for (const { name, needs, run } of BENCHMARKS) {
		if (names.length > 0 && !names.includes(name)) continue;
		const missing = needs.filter((program) => !findProgram(program));
		if (missing.length > 0) {
			process.stdout.write(
				`### ${name}\n\nSKIPPED: needs ${missing.join(", ")}; .ci/tools installs them\n\n`,
			);
			missed.push(`${name}: skipped, needs ${missing.join(", ")}`);
			continue;
		}
		try {
			const result = await run((line) =>
				process.stderr.write(`${name}: ${line}\n`),
			);
			process.stdout.write(`${renderResult(name, result)}\n\n`);
			for (const figure of result.figures)
				if (isMet(figure) === false) missed.push(`${name}: ${figure.name}`);
		} catch (error) {
			const text = error instanceof Error ? error.stack : String(error);
			process.stdout.write(`### ${name}\n\nFAILED: ${text}\n\n`);
			trouble.push(name);
		}
	}
	for (const each of missed) process.stderr.write(`not met: ${each}\n`);
	return trouble.length > 0 || (strict && missed.length > 0) ? 1 : 0;
}

main(process.argv.slice(2)).then((code) => {
	process.exitCode = code;
});
