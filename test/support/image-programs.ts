import { readFileSync } from "node:fs";
import { imageOf, PINS } from "../../lib/pins";

/** Busybox and what else alpine 3.20 comes with, as far as scripts may want it. */
const ALPINE =
	"awk base64 basename cat chmod chown cmp comm cp cut date dd diff dirname du env expr find flock grep gunzip gzip head hostname id install ln ls mkdir mktemp mv nproc od paste readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat sync tail tar tee timeout touch tr uname uniq wc wget xargs".split(
		" ",
	);

/** What each package of alpine brings, as far as scripts may want it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
	bash: ["bash"],
	curl: ["curl"],
	git: ["git"],
	"git-crypt": ["git-crypt"],
	jq: ["jq"],
	nodejs: ["node"],
	"openssh-client": [
		"ssh",
		"scp",
		"sftp",
		"ssh-keygen",
		"ssh-agent",
		"ssh-add",
	],
	openssl: ["openssl"],
	python3: ["python3"],
	unzip: ["unzip"],
};

/** Programs of the image that a Dockerfile makes: of alpine, of its packages, and of what it downloads. */
export function programsOfDockerfile(text: string): ReadonlySet<string> {
	const packages =
		/apk add --no-cache((?:\s|\\|[\w-])+?)\n\n/
			.exec(text)?.[1]
			?.match(/[\w-]+/g) ?? [];
	const downloads = [...text.matchAll(/^ARG ([A-Z]+)_VERSION=/gm)].map(
		([, name = ""]) => name.toLowerCase(),
	);
	return new Set([
		...ALPINE,
		...downloads,
		...packages.flatMap((name) => {
			const programs = PACKAGES[name];
			if (!programs)
				throw new Error(`ci/Dockerfile: got ${name}, wanted it in this table`);
			return programs;
		}),
	]);
}

/** Programs of an image that a step names; undefined: not known here. */
export function programsOf(image: string): ReadonlySet<string> | undefined {
	if (image === imageOf(PINS.node))
		return new Set([...ALPINE, "node", "npm", "npx", "yarn"]);
	if (/\/infra-ci:[0-9a-f]{8}$/.test(image))
		return programsOfDockerfile(readFileSync("ci/Dockerfile", "utf8"));
	return undefined;
}
