import type { WorkflowEvent } from "./event";

/** A secret of the Woodpecker server: its value is never here, only where it comes from and what may use it. */
export interface Secret {
	readonly name: string;
	/** Events it is allowed on. A step that uses it on another event fails before its conditions are looked at. */
	readonly events: readonly WorkflowEvent[];
	/** Images it is allowed in, without tag. @default - every image */
	readonly images?: readonly string[];
	/** Where its value lives in Vault. */
	readonly vault: { readonly path: string; readonly key: string };
}

/** A setting or variable whose value is a secret; rendered as `from_secret`. */
export interface SecretReference {
	readonly fromSecret: Secret;
}

export function fromSecret(secret: Secret): SecretReference {
	return { fromSecret: secret };
}

export function isSecretReference(value: unknown): value is SecretReference {
	return typeof value === "object" && value !== null && "fromSecret" in value;
}
