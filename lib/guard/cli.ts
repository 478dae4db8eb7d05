import { runApply } from "./changed/run-apply";
import { runChanged } from "./changed/run-changed";
import { parseCommandLine } from "./command-line";
import type { Config } from "./config";
import { EXIT, type ExitCode } from "./contract";
import { runDrift } from "./drift/run-drift";
import { errorText } from "./error-text";
import { renderHelp } from "./help";
import type { Io } from "./io";
import { parseConfig } from "./parse-config";
import { printable } from "./printable";
import { runDoctor } from "./run-doctor";
import { runForget } from "./run-forget";
import { runGate } from "./run-gate";
import { runProbe } from "./run-probe";
import { runVerify } from "./run-verify";
import { runScan } from "./scan/run-scan";
import { UsageError } from "./usage-error";

/** Runs one command line (without node and script) and returns the exit code; never throws. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
	const line = parseCommandLine(argv);
	if (line.version) {
		io.out(`${io.version}\n`);
		return EXIT.clean;
	}
	if (line.help) {
		io.out(renderHelp(line.command));
		return EXIT.clean;
	}
	try {
		return await dispatch(parseConfig(line, io.env, io.readFile), io);
	} catch (error) {
		if (error instanceof UsageError) {
			for (const each of error.message.split("\n")) io.log(each);
			return EXIT.usage;
		}
		// a mistake of ours: nothing was looked at, and the stack says where
		io.log(`internal error: ${errorText(error)}`);
		if (error instanceof Error && error.stack)
			for (const each of error.stack.split("\n").slice(1))
				io.log(printable(each));
		return EXIT.couldNotLook;
	}
}

function dispatch(config: Config, io: Io): Promise<ExitCode> {
	switch (config.command) {
		case "probe":
			return runProbe(config, io);
		case "verify":
			return runVerify(config, io);
		case "doctor":
			return runDoctor(config, io);
		case "forget":
			return runForget(config, io);
		case "gate":
			return runGate(config, io);
		case "scan":
			return runScan(config, io);
		case "drift":
			return runDrift(config, io);
		case "changed":
			return runChanged(config, io);
		case "apply":
			return runApply(config, io);
	}
}
