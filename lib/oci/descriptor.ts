/** A content descriptor (OCI image spec 1.1, descriptor.md), parsed and bounded. */
export interface Descriptor {
	/** "" where the manifest gave none. */
	readonly mediaType: string;
	/** `algorithm:hex`, well-formed; the algorithm may be one that we cannot compute. */
	readonly digest: string;
	/** Bytes; undefined only where the format has none (schema1). */
	readonly size: number | undefined;
	readonly artifactType?: string;
	readonly urls?: readonly string[];
	readonly annotations?: Readonly<Record<string, string>>;
	/** Decoded inline content. */
	readonly data?: Buffer;
	readonly platform?: { readonly os: string; readonly architecture: string };
}
