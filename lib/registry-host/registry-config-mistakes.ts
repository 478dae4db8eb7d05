import type { Distribution } from "./distribution";
import { type ConfigKeys, REGISTRY_CONFIG_KEYS } from "./registry-config-keys";

/** What a registry would not understand in its configuration. */
export interface ConfigMistake {
	/** `storage.filesystem.maxsize`. */
	readonly key: string;
	readonly got: unknown;
	readonly wanted: string;
}

/** Go's durations (`1h30m`), whole; a bare 0 needs no unit. */
const DURATION = /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/;

const LEAVES: Readonly<
	Record<string, readonly [wanted: string, holds: (value: unknown) => boolean]>
> = {
	string: ["a string", (value) => typeof value === "string"],
	number: ["a number", (value) => typeof value === "number"],
	boolean: ["true or false", (value) => typeof value === "boolean"],
	duration: [
		"a duration with its unit (168h)",
		(value) =>
			value === 0 || (typeof value === "string" && DURATION.test(value)),
	],
	strings: [
		"a list of strings",
		(value) =>
			Array.isArray(value) && value.every((each) => typeof each === "string"),
	],
	any: ["anything", () => true],
};

/**
 * Every key that this major version does not know, with those that it does know at that place, and every value of
 * another type than it reads.
 */
export function registryConfigMistakes(
	config: unknown,
	distribution: Distribution,
): ConfigMistake[] {
	return mistakes(config, REGISTRY_CONFIG_KEYS[distribution], []);
}

function mistakes(
	value: unknown,
	keys: ConfigKeys[string],
	path: readonly string[],
): ConfigMistake[] {
	const key = path.join(".");
	if (typeof keys === "string") {
		const [wanted, holds] = LEAVES[keys] ?? ["", () => false];
		return holds(value) ? [] : [{ key, got: value, wanted }];
	}
	if (Array.isArray(keys)) {
		if (!Array.isArray(value)) return [{ key, got: value, wanted: "a list" }];
		return value.flatMap((each, i) =>
			mistakes(each, keys[0], [...path.slice(0, -1), `${path.at(-1)}[${i}]`]),
		);
	}
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return [{ key, got: value, wanted: "a mapping" }];
	return Object.entries(value).flatMap(([name, each]) => {
		const known = keys as ConfigKeys;
		const below = Object.hasOwn(known, name) ? known[name] : undefined;
		return below === undefined
			? [
					{
						key: [...path, name].join("."),
						got: each,
						wanted: `one of ${Object.keys(known).join(", ")}`,
					},
				]
			: mistakes(each, below, [...path, name]);
	});
}
