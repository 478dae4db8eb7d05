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
import { writeReport } from "./write-report";

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
	const outcome = outcomeOf(look);
	const findings = findingsAt(look).length;
	const isWhole = outcome === "complete" && findings === 0;
	const result = { action: "open", base, outcome, look, lost: [] } as const;
	const isReported = writeReport(
		config.report,
		gateReport(result, config, io),
		io,
	);
	const isPublished = writeGateMetrics(
		textfile,
		instance,
		{ openSince: isWhole ? Math.floor(io.now() / 1000) : 0 },
		io,
	);
	// last: who finds it may rely on everything before it
	const isOpen = isWhole && isReported && isPublished && writeState();
	if (isWhole && !isOpen)
		writeGateMetrics(textfile, instance, { openSince: 0 }, io);
	tell({ ...result, isOpen }, config, io);
	return exitCodeOf({
		isUnpublished: !isReported || !isPublished || isOpen !== isWhole,
		findings,
		outcome,
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
	const { base, textfile, instance, output } = config;
	const state = readState(config, io);
	if (state === "none") {
		io.log("STATE: none, the gate was not open: nothing to compare with");
		if (output === "json")
			io.out(printableJson(gateReport(undefined, config, io)));
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
	// also a cache lets go of blobs only, never of every repository
	const isEmptied = look.holdings.size === 0 && state.whole.holdings.size > 0;
	if (isEmptied) io.log(`${base}: empty; is its disk mounted?`);
	const outcome = isEmptied ? "blind" : outcomeOf(look);
	const result = { action: "close", base, outcome, look, lost } as const;
	const isReported = writeReport(
		config.report,
		gateReport(result, config, io),
		io,
	);
	tell(result, config, io);
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

/** The gate's JSON; without a result where there was nothing to compare with. */
function gateReport(
	result: GateResult | undefined,
	{ action, base, registry, instance, state }: GateConfig,
	io: Io,
): object {
	return {
		schema: 1,
		version: io.version,
		command: "gate",
		action,
		state,
		base,
		registry: registry?.origin ?? null,
		instance,
		outcome: result?.outcome ?? null,
		lost: result?.lost ?? [],
		scan: result ? sightOf(result.look.disk) : null,
		walk: result?.look.walk ?? null,
	};
}

function tell(result: GateResult, config: GateConfig, io: Io): void {
	io.out(
		config.output === "json"
			? printableJson(gateReport(result, config, io))
			: renderGateText(result),
	);
}
