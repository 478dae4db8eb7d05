import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DriftConfig } from "../config";
import { EXIT, type ExitCode } from "../contract";
import type { Io } from "../io";
import { printableJson } from "../printable";
import { askEveryRoot } from "../roots/ask-every-root";
import { type Lock, readTime } from "../roots/read-failure";
import type { Root } from "../roots/root";
import type { Terraform } from "../roots/terraform";
import { asText } from "../text";

interface LockRun {
	readonly root: Root;
	/** `left`: a killed run left its note behind, and nobody holds the lock. */
	readonly state: "free" | "held" | "left" | "error";
	readonly lock: Lock | undefined;
	readonly reason: string | undefined;
	/** The command line that frees it; null: none does, or there is nothing to free. */
	readonly unlock: string | null;
}

/** `guard drift --locks`: who holds the state of each root and since when, and how to free it. Exit 1: somebody does. */
export async function runLocks(config: DriftConfig, io: Io): Promise<ExitCode> {
	const runs = await askEveryRoot(
		config,
		{
			ask: askForLock,
			done: "asked",
			how: ({ state }) => state,
		},
		io,
	);
	io.out(
		config.output === "json"
			? printableJson({
					schema: 1,
					version: io.version,
					command: "drift",
					locks: runs.map((run) => ({
						stack: run.root.stack,
						path: run.root.path,
						state: run.state,
						lock: run.lock ?? null,
						reason: run.reason ?? null,
						unlock: run.unlock,
					})),
				})
			: asText(runs.flatMap((run) => lines(run, io.now()))),
	);
	const has = (state: string) => runs.some((run) => run.state === state);
	if (has("error")) return EXIT.couldNotLook;
	return has("held") || has("left") ? EXIT.findings : EXIT.clean;
}

async function askForLock(terraform: Terraform, root: Root): Promise<LockRun> {
	const broken = await terraform.init(root);
	// init says where the state is; asking takes over what a killed run left there, and removes its note
	const left = noteOf(root.folder);
	const failed = broken ?? (await terraform.askForLock(root));
	const lock = failed?.lock ?? (failed ? undefined : left);
	const held = failed?.lock ? "held" : failed ? "error" : undefined;
	return {
		root,
		state: held ?? (left ? "left" : "free"),
		lock,
		reason: failed?.reason,
		unlock: lock?.id ? unlockLine(terraform.words(root), root, lock.id) : null,
	};
}

const WORDS = {
	free: "FREE",
	held: "LOCKED",
	left: "LEFT OVER",
	error: "ERROR",
} as const;

function lines(
	{ root, state, lock, reason, unlock }: LockRun,
	now: number,
): readonly string[] {
	const head = `${WORDS[state]}  ${root.stack}`;
	if (!lock) return [reason ? `${head}: ${reason}` : head];
	const { who, operation, created } = lock;
	const by = who ? `by ${who}` : "the backend does not say by whom";
	const doing = operation ? ` (${operation.replace("OperationType", "")})` : "";
	const since =
		created === null
			? ""
			: `, for ${ageText((now - created) / 1000)}, since ${new Date(created).toISOString()}`;
	const note =
		state === "left"
			? "  its run was killed: the next one takes the lock over by itself"
			: lock.id === ""
				? "  pg frees the lock of a run that was killed by itself: end the run that holds it"
				: undefined;
	return [
		`${head}: ${by}${doing}${since}`,
		...(note ? [note] : []),
		...(unlock ? [`  if nobody is at work any more: ${unlock}`] : []),
	];
}

function ageText(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min`;
	return `${Math.floor(whole / 3600)} h`;
}

function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word)
		? word
		: `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command that frees a lock, to be run in the folder where the guard was. */
function unlockLine(words: readonly string[], root: Root, id: string): string {
	const command = words.map(quoted).join(" ");
	const folder = quoted(root.path);
	return root.kind === "terragrunt"
		? `(cd ${folder} && ${command} force-unlock ${quoted(id)})`
		: `${command} -chdir=${folder} force-unlock ${quoted(id)}`;
}

/** What the holder of a state on disk writes beside it. */
function noteOf(folder: string): Lock | undefined {
	try {
		const path = statePath(folder);
		const note = join(dirname(path), `.${basename(path)}.lock.info`);
		const { ID, Who, Operation, Created } = JSON.parse(
			readFileSync(note, "utf8"),
		) as Record<string, string | undefined>;
		return {
			id: ID ?? "",
			who: Who ?? null,
			operation: Operation ?? null,
			created: readTime(Created ?? null),
		};
	} catch {
		return undefined;
	}
}

/** Where init has noted that the state is; without a backend it is beside the code. */
function statePath(folder: string): string {
	let path: unknown;
	try {
		const known = join(folder, ".terraform/terraform.tfstate");
		const { backend } = JSON.parse(readFileSync(known, "utf8")) as {
			backend?: { type?: string; config?: { path?: string } };
		};
		if (backend?.type === "local") path = backend.config?.path;
	} catch {
		// no init yet, or no backend block
	}
	return resolve(folder, typeof path === "string" ? path : "terraform.tfstate");
}
