import type { State } from "./values";

interface Metadata {
	readonly name?: unknown;
	readonly namespace?: unknown;
}

/** What an object is called in the cluster: `namespace/name`. */
export function keyOf(type: string, state: NonNullable<State>): string {
	const { name, namespace, kind } = namesOf(state);
	if (typeof name !== "string") throw new Error(`${type}: no metadata.name`);
	return [kind, namespace, name].filter(Boolean).join("/");
}

function namesOf(state: NonNullable<State>): Metadata & { kind?: unknown } {
	if ("manifest" in state) {
		const { kind, metadata } = plain(state.manifest) as {
			kind: string;
			metadata: Metadata;
		};
		return { kind, ...metadata };
	}
	return (state.metadata as Metadata[] | undefined)?.[0] ?? {};
}

/**
 * The arguments as the cluster holds them after an apply. As the real provider does it: `data_wo` is written when its
 * revision changes and only then, and without a revision nothing of it is.
 */
export function kubernetesArguments(
	config: State,
	prior: State,
	known: unknown,
): unknown {
	if (!config) return null;
	const { data_wo, data_wo_revision: revision } = config;
	const args = plain(config) as Record<string, unknown>;
	if (data_wo === undefined || data_wo === null) return args;
	const isNew = revision !== null && revision !== prior?.data_wo_revision;
	const before = (known as Record<string, unknown> | undefined)?.data_wo;
	return { ...args, data_wo: isNew ? plain(data_wo) : (before ?? {}) };
}

/** Terraform's values as JSON: a dynamic one is a pair of its type and itself, what is not set is left out. */
function plain(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.length === 2 && value[0] instanceof Uint8Array
			? plain(value[1])
			: value.map(plain);
	}
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, each]) => each !== null)
			.map(([key, each]) => [key, plain(each)]),
	);
}
