import type { GateConfig } from "./config";
import { EXIT, type ExitCode } from "./contract";
import { errorText } from "./error-text";
import { exitCodeOf } from "./exit-code";
import {
	findingsAt,
	lookAtGate,
	outcomeOf,
	type Scan,
	untaggedAt,
} from "./gate-look";
import { type Loss, lossesOf, wholeOf } from "./gate-losses";
import { shutGateMetrics, writeGateMetrics } from "./gate-metrics";
import { type GateState, parseGateState, renderGateState } from "./gate-state";
import { type GateResult, renderGateText } from "./gate-text";
import type { Io } from "./io";
import { printable, printableJson } from "./printable";
import { scan } from "./scan/scan";
import type { ScanResult } from "./scan/scan-result";

/**
 * `guard gate open|close`: what stands before and after a collection. `open` says whether everything is whole and
 * remembers it in STATE, `close` looks again and says what is not whole any more.
 */
export async function runGate(
	config: GateConfig,
	io: Io,
	look: Scan = scan,
): Promise<ExitCode> {
	return config.action === "open"
		? openGate(config, io, look)
		: closeGate(config, io, look);
}

async function openGate(
	config: GateConfig,
	io: Io,
	scanStore: Scan,
): Promise<ExitCode> {
	const { state, base, registry, textfile, instance } = config;
	const started = io.now();
	try {
		// first: an old STATE must never speak for this collection
		io.removeFile(state);
	} catch (error) {
		io.log(`STATE: ${errorText(error)}`);
		return EXIT.couldNotLook;
	}
	const look = await lookAtGate(config, scanStore, io);
	const result: GateResult = {
		action: "open",
		base,
		outcome: outcomeOf(look),
		look,
		lost: [],
	};
	const isReported = tell(result, config, io);
	const isOpen = result.outcome === "complete" && findingsAt(look).length === 0;
	const isPublished = writeGateMetrics(
		textfile,
		instance,
		{ openSince: isOpen ? Math.floor(io.now() / 1000) : 0 },
		io,
	);
	const isWritten = !isOpen || (isReported && isPublished && writeState());
	if (!isWritten) writeGateMetrics(textfile, instance, { openSince: 0 }, io);
	return exitCodeOf({
		isUnpublished: !isReported || !isPublished || !isWritten,
		findings: findingsAt(look).length,
		outcome: result.outcome,
		exitZero: false,
	});

	function writeState(): boolean {
		try {
			io.writeFile(
				state,
				renderGateState({
					version: io.version,
					opened: new Date(started).toISOString(),
					base,
					registry: registry?.origin ?? null,
					scan: sightOf(look.disk),
					walk: look.walk ?? null,
					whole: wholeOf(look.holdings, untaggedAt(look)),
				}),
			);
			return true;
		} catch (error) {
			io.log(`STATE: ${errorText(error)}`);
			return false;
		}
	}
}

async function closeGate(
	config: GateConfig,
	io: Io,
	scanStore: Scan,
): Promise<ExitCode> {
	const { base, textfile, instance } = config;
	const state = readState(config, io);
	if (state === "none") {
		io.log("STATE: none, the gate was not open: nothing to compare with");
		return shutGateMetrics(textfile, instance, io)
			? EXIT.clean
			: EXIT.couldNotLook;
	}
	if (state === "unreadable") return EXIT.couldNotLook;
	const look = await lookAtGate(config, scanStore, io);
	const lost: readonly Loss[] = lossesOf(state.whole, {
		holdings: look.holdings,
		findings: findingsAt(look),
		untagged: untaggedAt(look),
		isSparse: config.registry === undefined || look.disk.outcome !== "complete",
	});
	const outcome = outcomeOf(look);
	const isReported = tell(
		{ action: "close", base, outcome, look, lost },
		config,
		io,
	);
	const code = exitCodeOf({
		isUnpublished: !isReported,
		findings: lost.length + findingsAt(look).length,
		outcome,
		exitZero: false,
	});
	// seen in part: it stays open, and what is lost is said all the same
	const isClosed = outcome === "complete" || lost.length > 0;
	const isPublished =
		!isClosed ||
		writeGateMetrics(
			textfile,
			instance,
			{ lost: lost.length, openSince: 0 },
			io,
		);
	return isPublished ? code : EXIT.couldNotLook;
}

/** The STATE of the same gate; the log says what is wrong with it. */
function readState(
	{ state, base, registry }: GateConfig,
	io: Io,
): GateState | "none" | "unreadable" {
	let text: string;
	try {
		text = io.readFile(state);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return "none";
		io.log(`STATE: ${errorText(error)}`);
		return "unreadable";
	}
	try {
		const parsed = parseGateState(text);
		const origin = registry?.origin ?? null;
		for (const [name, got, wanted] of [
			["--base", base, parsed.base],
			["--registry", origin, parsed.registry],
		])
			if (got !== wanted)
				throw new Error(
					`got ${name} ${got ?? "(--cache)"}, wanted ${wanted ?? "--cache"} as gate open had`,
				);
		return parsed;
	} catch (error) {
		io.log(printable(`STATE ${state}: ${(error as Error).message}`));
		return "unreadable";
	}
}

/** Without the stores: there is one, and it says the same. */
function sightOf({
	stores: _,
	...sight
}: ScanResult): Omit<ScanResult, "stores"> {
	return sight;
}

/** Result to stdout, and to --report; false: that could not be written. */
function tell(result: GateResult, config: GateConfig, io: Io): boolean {
	const { action, base, outcome, look, lost } = result;
	const { registry, instance, state, report } = config;
	const json = () =>
		printableJson({
			schema: 1,
			version: io.version,
			command: "gate",
			action,
			state,
			base,
			registry: registry?.origin ?? null,
			instance,
			outcome,
			lost,
			scan: sightOf(look.disk),
			walk: look.walk ?? null,
		});
	io.out(config.output === "json" ? json() : renderGateText(result));
	if (report === undefined) return true;
	try {
		io.writeFile(report, json());
		return true;
	} catch (error) {
		io.log(`--report: ${errorText(error)}`);
		return false;
	}
}
