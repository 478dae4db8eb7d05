import type { WorkflowEvent } from "./event";

/** A secret of the Woodpecker server: its value is never here, only where it comes from and what may use it. */
export interface Secret {
	readonly name: string;
	/** Events it is allowed on. A step that uses it on another event fails before its conditions are looked at. */
	readonly events: readonly WorkflowEvent[];
	/** Plugins it is allowed in, without tag; no other step can then use it. @default - every step */
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

const NAME = /^[A-Za-z0-9_-]{1,100}$/;

/** A name that Woodpecker takes, and `from_secret` finds. */
export function isSecretName(name: string): boolean {
	return NAME.test(name);
}
