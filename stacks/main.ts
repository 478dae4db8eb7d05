import { mkdirSync } from "node:fs";
import { GuardApp } from "./app";
import { summary } from "./summary";

const { env } = process;
// cdktf formats a whole stack trace for every token, a fifth of the time here; nobody reads one without DEBUG
if (!env.DEBUG) Error.prepareStackTrace = String;

async function main(): Promise<void> {
	// late: a registry that is wrong throws while the settings load
	const { settings } = await import("./settings.js");
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
}

main().catch((error: Error) => {
	// what is wrong is mostly a setting: its message says all, a trace into the bundle nothing
	process.stderr.write(`error: ${env.DEBUG ? error.stack : error.message}\n`);
	process.exitCode = 1;
});
