/** An image reference as people write it: `[http://]host[:port]/repository[:tag][@digest]`. */
export interface Reference {
	/** As written, for messages. */
	readonly text: string;
	/** Written `http://...`. */
	readonly plainHttp: boolean;
	/** `host[:port]`. */
	readonly host: string;
	readonly repository: string;
	/** Tag or digest; `latest` where neither is written. The digest wins where both are. */
	readonly reference: string;
}
