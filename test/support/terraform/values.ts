import { decode, ExtData, ExtensionCodec, encode } from "@msgpack/msgpack";

/** An object of attributes and blocks, or null where there is none (not yet, or no longer). */
export type State = Record<string, unknown> | null;
/** A value on the wire; null where the protocol leaves it out. */
export type Wire = { readonly msgpack: Uint8Array } | null;

/** Values that are known only after apply are MessagePack extensions 0 and 12 (with refinements); they pass unchanged. */
const codec = new ExtensionCodec();
for (const type of [0, 12]) {
	codec.register({
		type,
		encode: (value) =>
			value instanceof ExtData && value.type === type
				? (value.data as Uint8Array)
				: null,
		decode: (data) => new ExtData(type, data),
	});
}

export const UNKNOWN = new ExtData(0, new Uint8Array([0]));

export function readValue(wire: Wire): State {
	if (!wire || wire.msgpack.length === 0) return null;
	return decode(wire.msgpack, { extensionCodec: codec }) as State;
}

export function writeValue(state: State): Wire {
	return { msgpack: encode(state, { extensionCodec: codec }) };
}
