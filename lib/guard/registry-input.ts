import type { Inputs } from "./inputs";
import {
	isHost,
	isLoopback,
	type Origin,
	originOf,
	parseOrigin,
} from "./origin";

/** The registry of the operand, of REGISTRY_URL or of REGISTRY_HOST, in this order; undefined where none is given. */
export function readRegistry(
	inputs: Inputs,
	operand: string | undefined,
): Origin | undefined {
	const url =
		operand === undefined
			? inputs.given("registryUrl")
			: { source: "REGISTRY", text: operand };
	const bare = url ? undefined : inputs.given("registryHost");
	const given = url ?? bare;
	if (!given) return undefined;
	// an operand may be host[:port], as REGISTRY_HOST is: https
	const isBare = bare !== undefined || operand !== undefined;
	const origin =
		isBare && isHost(given.text)
			? originOf(false, given.text)
			: bare
				? undefined
				: parseOrigin(given.text);
	if (!origin) {
		inputs.refuseValue(
			given,
			bare ? "host[:port]" : "https://host[:port] and nothing after it",
			`write ${bare ? "registry.example.com:5050" : "https://registry.example.com:5050"}; credentials go into REG_USER and REG_PASS`,
		);
		return undefined;
	}
	allowPlainHttp(inputs, given.source, origin);
	return origin;
}

/** Plain http is for loopback, or for who says so. */
export function allowPlainHttp(
	inputs: Inputs,
	source: string,
	origin: Origin,
): void {
	const isPlain = origin.origin.startsWith("http://");
	if (inputs.isOn("plainHttp") || !isPlain || isLoopback(origin)) return;
	inputs.refuse(
		`${source}: got ${origin.origin}`,
		"https:// (http:// is only for loopback)",
		"write https://, or set REGISTRY_PLAIN_HTTP=true if this network may read everything",
	);
}

/** As readRegistry, and a mistake where none is given. */
export function requireRegistry(inputs: Inputs): Origin | undefined {
	const [operand] = inputs.operands;
	const origin = readRegistry(inputs, operand);
	const isGiven =
		operand !== undefined ||
		inputs.given("registryUrl") ||
		inputs.given("registryHost");
	if (!isGiven)
		inputs.refuse(
			"REGISTRY: missing",
			"the registry to look at",
			`write guard ${inputs.command} https://registry.example.com:5050, or set REGISTRY_URL or REGISTRY_HOST`,
		);
	return origin;
}

/** The instance label. @default - host[:port] of the registry */
export function readInstance(
	inputs: Inputs,
	registry: Origin | undefined,
): string {
	const given = inputs.given("instance");
	if (given && /[\s\p{Cc}]/u.test(given.text))
		inputs.refuseValue(given, "a label value without white space");
	return given?.text ?? registry?.host ?? "";
}
