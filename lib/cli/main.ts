/** The npm bin `cdktf-registry-guard`: all of the guard's commands, and `lint`. */
import { writeSync } from "node:fs";

/** Put in by the bundler. */
declare const GUARD_VERSION: string | undefined;

const [, , command = "", ...rest] = process.argv;

if (command === "lint") lint();
else {
	// behind the guard's own help, which does not know what only this bin can
	if (command === "--help" || command === "-h") process.on("exit", addLine);
	// not an import: `lint` needs nothing of it
	require("../guard/main");
}

function lint(): void {
	const { runLint } =
		require("./lint-command") as typeof import("./lint-command");
	// a reader that has gone (`| head`) is no failure of the look
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
	});
	process.exitCode = runLint(rest, {
		version: typeof GUARD_VERSION === "string" ? GUARD_VERSION : "unbundled",
		out: (text) => void process.stdout.write(text),
		log: (line) => void process.stderr.write(`guard: ${line}\n`),
	});
}

function addLine(): void {
	const { LINT_OPERANDS, LINT_SUMMARY } =
		require("./lint-command") as typeof import("./lint-command");
	writeSync(
		1,
		`\nand of this bin alone:\n  lint ${LINT_OPERANDS}\n    ${LINT_SUMMARY}\n`,
	);
}
