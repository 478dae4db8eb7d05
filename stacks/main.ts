import { mkdirSync } from "node:fs";
import { GuardApp } from "./app";
import { settings } from "./settings";
import { summary } from "./summary";

const { env } = process;
// cdktf formats a whole stack trace for every token, a fifth of the time here; nobody reads one without DEBUG
if (!env.DEBUG) Error.prepareStackTrace = String;
try {
	// cdktf makes the last folder of the path only
	if (env.CDKTF_OUTDIR) mkdirSync(env.CDKTF_OUTDIR, { recursive: true });
	const app = new GuardApp(settings);
	app.synth();
	// the cdktf CLI sets this, and prints the warnings itself
	if (!env.CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS) {
		for (const warning of app.warnings)
			process.stderr.write(`warning: ${warning}\n`);
	}
	process.stdout.write(summary(app, settings));
} catch (error) {
	// what is wrong is mostly a setting: its message says all, a trace into the bundle nothing
	const { message, stack } = error as Error;
	process.stderr.write(`error: ${env.DEBUG ? stack : message}\n`);
	process.exitCode = 1;
}
