#!/usr/bin/env node
// Prints a docker config.json for the guard's --auth-file: `node ci/registry-auth.mjs HOST=PREFIX... >FILE`.
// Credentials come from the environment (PREFIX_USER, PREFIX_PASS), so that no command line shows them.
// Exit codes: 0; 2 a variable or an argument that is missing or wrong.
const problems = [];
const auths = {};
for (const argument of process.argv.slice(2)) {
	const [, host, prefix] =
		/^([^=/\s]+)=([A-Z][A-Z0-9_]*)$/.exec(argument) ?? [];
	if (!host) {
		problems.push(`got ${argument}, wanted HOST=PREFIX`);
		continue;
	}
	const [user, password] = ["USER", "PASS"].map((name) => {
		const value = process.env[`${prefix}_${name}`];
		if (!value)
			problems.push(
				`${prefix}_${name}: got nothing, wanted what ${host} is logged in with`,
			);
		return value;
	});
	auths[host] = {
		auth: Buffer.from(`${user}:${password}`).toString("base64"),
	};
}
if (Object.keys(auths).length === 0 && problems.length === 0)
	problems.push("got no argument, wanted HOST=PREFIX...");
if (problems.length > 0) {
	for (const problem of problems) console.error(`registry-auth: ${problem}`);
	process.exitCode = 2;
} else console.log(JSON.stringify({ auths }));
