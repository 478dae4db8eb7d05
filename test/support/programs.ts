import { execFileSync } from "node:child_process";
import {
	accessSync,
	constants,
	existsSync,
	readdirSync,
	readFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** A row of `.ci/programs.txt`. */
export interface Program {
	readonly name: string;
	readonly from: string;
	/** Package, `module@version` or `>=version`. */
	readonly what: string;
	readonly program: string;
}

const ROOT = join(__dirname, "../..");
const CACHE = join(
	process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
	"cdktf-registry-guard/tools",
);
const POSTGRESQL = "/usr/lib/postgresql";
/** Debian puts some programs where only root's PATH looks, PostgreSQL's where none does. */
const SEARCH = [
	...(process.env.PATH ?? "").split(delimiter),
	"/usr/sbin",
	"/sbin",
	...(existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : []).map((version) =>
		join(POSTGRESQL, version, "bin"),
	),
];

export const PROGRAMS: ReadonlyMap<string, Program> = new Map(
	readFileSync(join(ROOT, ".ci/programs.txt"), "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => {
			const [name = "", from = "", what = "", program = ""] = line.split(/\s+/);
			return [name, { name, from, what, program }];
		}),
);

function executable(path: string): string | undefined {
	try {
		accessSync(path, constants.X_OK);
		return path;
	} catch {
		return undefined;
	}
}

function onPath(program: string): string | undefined {
	return SEARCH.filter(Boolean)
		.map((folder) => executable(join(folder, program)))
		.find(Boolean);
}

function terraform({ what, program }: Program): string | undefined {
	const binary = process.env.TERRAFORM_BINARY_NAME ?? program;
	const path = binary.includes("/") ? executable(binary) : onPath(binary);
	if (path === undefined) return findProgram("tofu");
	const text = execFileSync(path, ["version"], {
		encoding: "utf8",
		env: { ...process.env, CHECKPOINT_DISABLE: "1" },
		stdio: ["ignore", "pipe", "ignore"],
	});
	const [major = 0, minor = 0] = (/v(\d+\.\d+)/.exec(text)?.[1] ?? "")
		.split(".")
		.map(Number);
	const [leastMajor = 0, leastMinor = 0] = what
		.slice(">=".length)
		.split(".")
		.map(Number);
	const fits =
		major > leastMajor || (major === leastMajor && minor >= leastMinor);
	return fits ? path : findProgram("tofu");
}

/** Path of a program of `.ci/programs.txt`: of the PATH, or as `.ci/tools` built it; undefined where it is missing. */
export function findProgram(name: string): string | undefined {
	const row = PROGRAMS.get(name);
	if (!row)
		throw new Error(`program: got ${name}, wanted a row of .ci/programs.txt`);
	switch (row.from) {
		case "terraform":
			return terraform(row);
		case "go":
		case "gotool":
		case "pypi":
		case "tofu": {
			const version = row.what.slice(row.what.lastIndexOf("@v") + 2);
			return executable(join(CACHE, `${row.program}-${version}`, row.program));
		}
		default:
			return onPath(row.program);
	}
}
