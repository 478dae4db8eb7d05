import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";

const MOUNT_PATH = "/guard";
const GUARD = "guard.mjs";
const CA = "ca.pem";

/** The folder in which the pod finds the guard and the CA bundle. */
export const GUARD_MOUNT_PATH = MOUNT_PATH;
export const GUARD_PATH = `${MOUNT_PATH}/${GUARD}`;
export const CA_PATH = `${MOUNT_PATH}/${CA}`;

/** The API server refuses a ConfigMap whose data are larger. */
const CONFIG_MAP_LIMIT = 1024 * 1024;

/** What is mounted into a probe's pod. */
export interface GuardFiles {
	readonly data: Readonly<Record<string, string>>;
	/** Hex, over all files: changes with them. */
	readonly sha256: string;
}

/**
 * The guard's bundle, and the registry's CA if it has one.
 *
 * @throws Error if the bundle has not been built, the CA is no certificate, or both together do not fit a ConfigMap.
 */
export function guardFiles(ca: string | undefined): GuardFiles {
	const data = {
		[GUARD]: readGuard(),
		...(ca !== undefined && { [CA]: certificates(ca) }),
	};
	const size = Object.values(data).reduce(
		(sum, text) => sum + Buffer.byteLength(text),
		0,
	);
	if (size > CONFIG_MAP_LIMIT) {
		throw new Error(
			`registry.ca: got ${size} bytes together with the guard, wanted at most ${CONFIG_MAP_LIMIT}`,
		);
	}
	const sha256 = createHash("sha256")
		.update(JSON.stringify(data))
		.digest("hex");
	return { data, sha256 };
}

/** Found by the package's own name, so that it is the same file in this repository, in its tests and in an installed package. */
function readGuard(): string {
	let path: string | undefined;
	try {
		path = require.resolve("cdktf-registry-guard/guard.mjs");
		return readFileSync(path, "utf8");
	} catch (cause) {
		throw new Error(
			`guard: got no bundle at ${path ?? "cdktf-registry-guard/guard.mjs"}, wanted it built: npm run build:guard`,
			{ cause },
		);
	}
}

const CERTIFICATE =
	/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificates(ca: string): string {
	const blocks = ca.match(CERTIFICATE) ?? [];
	if (blocks.length === 0 || !blocks.every(isSound) || /PRIVATE KEY/.test(ca)) {
		throw new Error(
			"registry.ca: got something else, wanted a PEM bundle of certificates, each of them sound, without any private key",
		);
	}
	return ca;
}

function isSound(block: string): boolean {
	try {
		return new X509Certificate(block) !== undefined;
	} catch {
		return false;
	}
}
