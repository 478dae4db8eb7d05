import type { Block } from "./binding-schema";
import { keyOf, kubernetesArguments } from "./kubernetes-objects";
import { Store } from "./store";
import {
	readValue,
	type State,
	UNKNOWN,
	type Wire,
	writeValue,
} from "./values";

/** Everything of one provider, by type. */
export interface ProviderSchemas {
	readonly provider: Block;
	readonly resource: Readonly<Record<string, Block>>;
	readonly data: Readonly<Record<string, Block>>;
	readonly ephemeral: Readonly<Record<string, Block>>;
}

export interface Request {
	readonly type: string;
	readonly id: string;
	readonly config: Wire;
	readonly state: Wire;
	readonly prior: Wire;
	readonly proposed: Wire;
	readonly planned: Wire;
	readonly raw: { readonly json: Uint8Array };
}
export type Handlers = Record<string, (request: Request) => object>;

/** Answers to Terraform's calls: plans what is asked for, applies it to the store. */
export function handlers(
	schemas: ProviderSchemas,
	storeFolder: string,
): Handlers {
	const store = new Store(storeFolder);
	const problems = {};
	const attributes = (type: string) => schemas.resource[type]?.attributes ?? [];

	/** Write-only arguments are never in a plan or a state. */
	const withoutWriteOnly = (type: string, state: State): State =>
		state && {
			...state,
			...Object.fromEntries(
				attributes(type)
					.filter((attribute) => attribute.write_only)
					.map(({ name }) => [name, null]),
			),
		};

	const secret = (config: State): State => {
		const path = `${config?.mount}/${config?.name}`;
		const data = store.vault[path];
		if (!data) throw new Error(`no secret found at "${path}"`);
		return { ...config, data, data_json: JSON.stringify(data) };
	};

	const apply = (request: Request): State => {
		const { type } = request;
		const prior = readValue(request.prior);
		const planned = readValue(request.planned);
		const { cluster } = store;
		const state = planned && {
			...withoutWriteOnly(type, planned),
			...("id" in planned && { id: prior?.id ?? keyOf(type, planned) }),
		};
		const before = prior && `${type} ${keyOf(type, prior)}`;
		const after = state && `${type} ${keyOf(type, state)}`;
		if (after && !before && cluster[after])
			throw new Error(`${after} already exists`);
		const known = before ? cluster[before] : undefined;
		if (before) delete cluster[before];
		if (after) {
			cluster[after] = {
				state: Buffer.from(writeValue(state)?.msgpack ?? []).toString("base64"),
				arguments: kubernetesArguments(
					readValue(request.config),
					prior,
					known?.arguments,
				),
			};
		}
		store.cluster = cluster;
		return state;
	};

	const read = (type: string, state: State): State => {
		if (!state) return null;
		const stored = store.cluster[`${type} ${keyOf(type, state)}`];
		return stored
			? readValue({ msgpack: Buffer.from(stored.state, "base64") })
			: null;
	};

	return {
		GetSchema: () => ({
			provider: wire(schemas.provider),
			resource: wireAll(schemas.resource),
			data: wireAll(schemas.data),
			ephemeral: wireAll(schemas.ephemeral),
		}),
		PrepareProviderConfig: ({ config }) => ({ config }),
		ValidateResourceTypeConfig: () => problems,
		ValidateDataSourceConfig: () => problems,
		ValidateEphemeralResourceConfig: () => problems,
		Configure: () => problems,
		UpgradeResourceState: ({ raw }) => ({ state: { json: raw.json } }),
		ReadResource: ({ type, state }) => ({
			state: writeValue(read(type, readValue(state))),
		}),
		PlanResourceChange: (request) => {
			const prior = readValue(request.prior);
			const planned = withoutWriteOnly(
				request.type,
				readValue(request.proposed),
			);
			if (!planned) return { state: writeValue(null) };
			if (!prior && "id" in planned) planned.id = UNKNOWN;
			const moves =
				prior && keyOf(request.type, prior) !== keyOf(request.type, planned);
			return {
				state: writeValue(planned),
				requires_replace: moves
					? [
							{
								steps: [
									{
										attribute_name:
											"manifest" in planned ? "manifest" : "metadata",
									},
								],
							},
						]
					: [],
			};
		},
		ApplyResourceChange: (request) => ({ state: writeValue(apply(request)) }),
		ReadDataSource: ({ config }) => ({
			state: writeValue({ ...secret(readValue(config)), id: "read" }),
		}),
		OpenEphemeralResource: ({ config }) => ({
			result: writeValue(secret(readValue(config))),
		}),
		CloseEphemeralResource: () => problems,
		Stop: () => ({}),
	};
}

function wire(block: Block): object {
	return { version: 0, block: wireBlock(block) };
}

function wireAll(blocks: Readonly<Record<string, Block>>): object {
	return Object.fromEntries(
		Object.entries(blocks).map(([type, block]) => [type, wire(block)]),
	);
}

function wireBlock({ attributes, block_types }: Block): object {
	return {
		attributes: attributes.map((attribute) => ({
			...attribute,
			type: Buffer.from(attribute.type),
		})),
		block_types: block_types.map((nested) => ({
			...nested,
			block: wireBlock(nested.block),
		})),
	};
}
