import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A certificate of a CA that nobody else knows. */
export interface PrivateCa {
	/** PEM of the CA. */
	readonly ca: string;
	readonly caFile: string;
	readonly certificateFile: string;
	readonly keyFile: string;
	/** Folder with `ca.crt`, as skopeo's --cert-dir wants it. */
	readonly folder: string;
}

/** Makes a CA and a server certificate for `name`, `localhost` and 127.0.0.1 that ends in `days`. */
export function privateCa(
	openssl: string,
	parent: string,
	name: string,
	days = 60,
): PrivateCa {
	const folder = join(parent, `ca-${name}`);
	mkdirSync(folder);
	const file = (base: string) => join(folder, base);
	const key = [
		"-newkey",
		"ec",
		"-pkeyopt",
		"ec_paramgen_curve:P-256",
		"-nodes",
	];
	const run = (...args: string[]) =>
		execFileSync(openssl, args, { stdio: ["ignore", "ignore", "pipe"] });
	// biome-ignore format: one option a line says more
	run("req", "-x509", ...key, "-keyout", file("ca-key.pem"), "-out", file("ca.crt"),
		"-subj", "/CN=lab root", "-days", String(days),
		"-addext", "keyUsage=critical,keyCertSign,cRLSign");
	// biome-ignore format: one option a line says more
	run("req", "-x509", ...key, "-keyout", file("server-key.pem"), "-out", file("server.pem"),
		"-subj", `/CN=${name}`, "-days", String(days),
		"-CA", file("ca.crt"), "-CAkey", file("ca-key.pem"),
		"-addext", `subjectAltName=DNS:${name},DNS:localhost,IP:127.0.0.1`,
		"-addext", "basicConstraints=critical,CA:FALSE");
	return {
		ca: readFileSync(file("ca.crt"), "utf8"),
		caFile: file("ca.crt"),
		certificateFile: file("server.pem"),
		keyFile: file("server-key.pem"),
		folder,
	};
}
