export type RootKind = "cdktf" | "hcl" | "terragrunt";

/** A folder that Terraform can run in. */
export interface Root {
	/** Name of the folder, the value of the label `stack`; its path where two roots have one name. */
	readonly stack: string;
	/** As people type it. */
	readonly path: string;
	/** Absolute, links resolved. */
	readonly folder: string;
	readonly kind: RootKind;
}
