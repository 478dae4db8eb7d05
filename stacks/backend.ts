import { TerraformBackend, type TerraformRemoteState } from "cdktf";
import type { Construct } from "constructs";

type Extra = Readonly<Record<string, string | number | boolean>>;

/** Where the state of every stack lives. Credentials never stand here: the backends read them from their own environment. */
export type Backend = (
	| {
			readonly kind: "local";
			/** Relative to the stack's folder in the output. @default "../../.." - the project, so that clearing cdktf.out loses no state */
			readonly directory?: string;
	  }
	| {
			/** Connection from PG_CONN_STR (Terraform >= 1.6; before: `terraform init -backend-config=conn_str=...`). */
			readonly kind: "pg";
			/** The schema is `<prefix><stack>`. @default "terraform_" */
			readonly schemaPrefix?: string;
	  }
	| {
			/** Cluster from KUBE_CONFIG_PATH, or KUBE_IN_CLUSTER_CONFIG=true. */
			readonly kind: "kubernetes";
			readonly namespace: string;
	  }
	| {
			/** Credentials from the AWS environment; locks with a file in the bucket, which needs Terraform >= 1.10. */
			readonly kind: "s3";
			readonly bucket: string;
			readonly region: string;
			/** The key is `<prefix><stack>.tfstate`. @default "" */
			readonly keyPrefix?: string;
	  }
) & {
	/** Further arguments of the backend block (`use_path_style`, `in_cluster_config`), never a secret. */
	readonly extra?: Extra;
};

export const BACKEND_KINDS = ["local", "pg", "kubernetes", "s3"] as const;

/** Arguments that would put a credential into the synthesized files. */
const SECRET_ARGUMENT =
	/^(conn_str|access_key|secret_key|token|password|client_key|sse_customer_key)$/;

/** The arguments of one stack's backend block. @throws Error naming prop, what it got and what it wanted. */
export function backendArguments(backend: Backend, stack: string): Extra {
	const { kind, extra = {} } = backend;
	for (const name of Object.keys(extra)) {
		if (SECRET_ARGUMENT.test(name)) {
			throw new Error(
				`backend.extra: got ${name}, wanted no credential: the synthesized files are no place for one, the ${kind} backend reads it from its environment`,
			);
		}
	}
	return { ...ownArguments(backend, stack), ...extra };
}

function ownArguments(backend: Backend, stack: string): Extra {
	switch (backend.kind) {
		case "local": {
			const { directory = "../../.." } = backend;
			return { path: `${directory}/terraform.${stack}.tfstate` };
		}
		case "pg": {
			const { schemaPrefix = "terraform_" } = backend;
			return { schema_name: `${schemaPrefix}${stack}` };
		}
		case "kubernetes":
			return {
				secret_suffix: stack,
				namespace: required(backend.namespace, "namespace"),
			};
		case "s3": {
			const { keyPrefix = "" } = backend;
			return {
				bucket: required(backend.bucket, "bucket"),
				key: `${keyPrefix}${stack}.tfstate`,
				region: required(backend.region, "region"),
				use_lockfile: true,
			};
		}
		default:
			throw new Error(
				`backend.kind: got ${JSON.stringify((backend as { kind?: unknown }).kind)}, wanted one of ${BACKEND_KINDS.join(", ")}`,
			);
	}
}

function required(value: string, prop: string): string {
	if (!value) {
		throw new Error(
			`backend.${prop}: got ${JSON.stringify(value)}, wanted a name`,
		);
	}
	return value;
}

/** The backend block of a stack: one class for all kinds, since cdktf has none for `kubernetes` and its `pg` wants the connection string in clear. */
export class StackBackend extends TerraformBackend {
	readonly #arguments: Extra;

	constructor(scope: Construct, stack: string, backend: Backend) {
		super(scope, "backend", backend.kind);
		this.#arguments = backendArguments(backend, stack);
	}

	protected override synthesizeAttributes(): Extra {
		return this.#arguments;
	}

	/** @throws Error always: stacks here share names, not state. */
	getRemoteStateDataSource(
		_scope: Construct,
		_name: string,
		fromStack: string,
	): TerraformRemoteState {
		throw new Error(
			`got a reference into the stack ${fromStack}, wanted none: pass its name as plain text`,
		);
	}
}
