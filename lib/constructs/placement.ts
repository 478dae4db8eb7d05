import type { ITerraformDependable, TerraformProvider } from "cdktf";

/** Where in which cluster a construct's resources go; every construct of this room takes it. */
export interface Placement {
	/** Name of an existing namespace, or a reference to one of this stack (`namespace.metadata.name`). */
	readonly namespace: string;
	/** @default - the stack's own kubernetes provider */
	readonly provider?: TerraformProvider;
	/** What must exist before any of the resources, for example the namespace. @default [] */
	readonly dependsOn?: readonly ITerraformDependable[];
	/** Label `tier` of every resource and pod (`1-cluster`). @default - no such label */
	readonly tier?: string;
}

/** The arguments that every resource of a construct takes from its placement. */
export function metaArguments({ provider, dependsOn = [] }: Placement): {
	provider?: TerraformProvider;
	dependsOn?: ITerraformDependable[];
} {
	return {
		...(provider && { provider }),
		...(dependsOn.length > 0 && { dependsOn: [...dependsOn] }),
	};
}
