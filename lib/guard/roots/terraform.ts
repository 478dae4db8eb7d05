import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DriftCause, DriftState } from "../contract";
import { errorText } from "../error-text";
import type { Io } from "../io";
import { Gate } from "./gate";
import { type Change, readPlan } from "./plan-changes";
import { type Lock, lastLineOf, lockIn, reasonIn } from "./read-failure";
import { redaction } from "./redact";
import type { Root } from "./root";
import { type Ran, runCommand } from "./run-command";
import type { Tools } from "./tools";
import { isWarm } from "./warm";

/** What planning a root came to. */
export interface Planned {
	readonly state: DriftState;
	readonly changes: readonly Change[];
	readonly causes: readonly DriftCause[];
	/** Why it could not be planned; undefined unless state is `error`. */
	readonly reason?: string;
	/** Who holds the state's lock, where that is why. */
	readonly lock?: Lock;
}

/** How long Terraform waits for a lock. */
const LOCK_TIMEOUT = "5m";
const MOST_PLAN = 64 << 20;
/** A resource that no root has: planning it alone takes the lock, and looks at nothing. */
const NOTHING = "terraform_data.registry_guard_asks_for_the_lock";

/** Terraform, OpenTofu or Terragrunt in roots; `close` removes the plans, which hold secrets. */
export class Terraform {
	readonly #tools: Tools;
	readonly #io: Io;
	readonly #gate = new Gate();
	#cache: string | undefined;
	readonly #redact: (text: string) => string;
	readonly #folder = mkdtempSync(join(tmpdir(), "guard-plans-"));
	#plans = 0;

	constructor(tools: Tools, io: Io) {
		const { TF_PLUGIN_CACHE_DIR, HOME } = io.env;
		this.#tools = tools;
		this.#io = io;
		this.#redact = redaction(io.env);
		this.#cache = resolve(
			TF_PLUGIN_CACHE_DIR ||
				join(HOME || tmpdir(), ".terraform.d/plugin-cache"),
		);
		try {
			// Terraform refuses a cache folder that is not there
			mkdirSync(this.#cache, { recursive: true });
		} catch (error) {
			io.log(`plugin cache: ${errorText(error)}; every root has its own`);
			this.#cache = undefined;
		}
	}

	close(): void {
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** The words that begin a command line for a root. */
	words({ kind }: Root): readonly string[] {
		return kind === "terragrunt"
			? this.#tools.terragrunt
			: this.#tools.terraform;
	}

	/** undefined: done; else why not. */
	async init(root: Root): Promise<Planned | undefined> {
		const run = async () => {
			const { ran, failed } = await this.#run(root, ["init"]);
			return ran.code === 0 ? undefined : failed;
		};
		return this.#cache === undefined || isWarm(root, this.#cache)
			? this.#gate.together(run)
			: this.#gate.alone(run);
	}

	/** Plans a root that has been initialised, and does with the plan what `use` does before the plan is gone. */
	async plan(
		root: Root,
		use?: (plan: string) => Promise<Planned | undefined>,
	): Promise<Planned> {
		const file = join(this.#folder, `${this.#plans++}.plan`);
		const lock = `-lock-timeout=${LOCK_TIMEOUT}`;
		try {
			const { ran, failed } = await this.#run(root, [
				"plan",
				"-detailed-exitcode",
				lock,
				`-out=${file}`,
			]);
			if (ran.code === 0 && !ran.failure)
				return { state: "clean", changes: [], causes: [] };
			if (ran.code !== 2 || ran.failure) return failed;
			const shown = await this.#run(root, ["show", "-json", file], MOST_PLAN);
			if (shown.ran.code !== 0 || shown.ran.failure) return shown.failed;
			const differs = {
				state: "differs",
				...readPlan(shown.ran.stdout),
			} as const;
			const used = await use?.(file);
			return used ? { ...differs, ...used } : differs;
		} catch (error) {
			return failure(`show: ${errorText(error)}`);
		} finally {
			rmSync(file, { force: true });
		}
	}

	/** Applies a plan; undefined: done, else why not. */
	async apply(root: Root, plan: string): Promise<Planned | undefined> {
		const lock = `-lock-timeout=${LOCK_TIMEOUT}`;
		const { ran, failed } = await this.#run(root, ["apply", lock, plan]);
		return ran.code === 0 && !ran.failure ? undefined : failed;
	}

	/** Takes the lock of a root that has been initialised, and gives it back; what stands in the way, undefined: nothing. */
	async askForLock(root: Root): Promise<Planned | undefined> {
		const { ran, failed } = await this.#run(root, [
			"plan",
			"-lock-timeout=0s",
			"-refresh=false",
			`-target=${NOTHING}`,
		]);
		return ran.code === 0 && !ran.failure ? undefined : failed;
	}

	async #run(
		root: Root,
		[command = "", ...args]: readonly string[],
		most?: number,
	): Promise<{ ran: Ran; failed: Planned }> {
		const { env, now } = this.#io;
		const asked = now();
		const plain = command === "show" ? [] : ["-input=false"];
		const words = [
			...this.words(root),
			command,
			...plain,
			"-no-color",
			...args,
		];
		const ran = await runCommand(
			{
				words,
				folder: root.folder,
				env: this.#environment(root, env),
				timeout: this.#tools.timeout,
				...(most !== undefined && { most }),
			},
			this.#io,
		);
		const output = this.#redact(ran.stderr);
		const lock = lockIn(output, asked);
		const why =
			ran.failure ??
			reasonIn(output) ??
			reasonIn(this.#redact(ran.stdout)) ??
			`exit ${ran.code}: ${lastLineOf(output) ?? "not a word"}`;
		const failed = failure(`${command}: ${this.#redact(why)}`);
		return { ran, failed: lock ? { ...failed, lock } : failed };
	}

	#environment(root: Root, env: Io["env"]): Io["env"] {
		const [terraform = "terraform"] = this.#tools.terraform;
		return {
			...env,
			TF_IN_AUTOMATION: "1",
			TF_INPUT: "0",
			CHECKPOINT_DISABLE: "1",
			TF_PLUGIN_CACHE_DIR: this.#cache,
			// without a lock file Terraform would pass over the cache; a folder that synth writes has none to spoil
			...(root.kind === "cdktf" && {
				TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1",
			}),
			// its logs hold what its output hides
			TF_LOG: undefined,
			TF_LOG_CORE: undefined,
			TF_LOG_PROVIDER: undefined,
			// one folder for all of them
			TF_DATA_DIR: undefined,
			...(root.kind === "terragrunt" && {
				TG_TF_PATH: env.TG_TF_PATH ?? terraform,
				TG_NON_INTERACTIVE: "true",
				// what `show` prints is to be read, not logged
				TG_TF_FORWARD_STDOUT: "true",
			}),
		};
	}
}

function failure(reason: string): Planned {
	return { state: "error", changes: [], causes: [], reason };
}
