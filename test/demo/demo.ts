import { resolve } from "node:path";
import { tellStory } from "./story";

/** Program: `npm run demo`. A registry is seeded, damaged and probed before your eyes; nothing but node is needed. */
tellStory({
	guard: resolve("dist/guard.mjs"),
	write: (text) => process.stdout.write(text),
	colours: process.stdout.isTTY === true && !process.env.NO_COLOR,
}).then((code) => {
	process.exitCode = code;
});
