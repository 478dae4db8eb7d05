import { type Backend, backendArguments } from "../../stacks/backend";

describe("backendArguments", () => {
	test.each<[Backend, object]>([
		[{ kind: "local" }, { path: "../../../terraform.monitoring.tfstate" }],
		[
			{ kind: "local", directory: "/var/lib/state" },
			{ path: "/var/lib/state/terraform.monitoring.tfstate" },
		],
		[{ kind: "pg" }, { schema_name: "terraform_monitoring" }],
		[
			{ kind: "pg", schemaPrefix: "tf_", extra: { skip_index_creation: true } },
			{ schema_name: "tf_monitoring", skip_index_creation: true },
		],
		[
			{ kind: "kubernetes", namespace: "terraform" },
			{ secret_suffix: "monitoring", namespace: "terraform" },
		],
		[
			{
				kind: "s3",
				bucket: "state",
				region: "eu-west-1",
				keyPrefix: "guard/",
				extra: { use_path_style: true },
			},
			{
				bucket: "state",
				region: "eu-west-1",
				key: "guard/monitoring.tfstate",
				use_lockfile: true,
				use_path_style: true,
			},
		],
	])("%j", (backend, expected) => {
		expect(backendArguments(backend, "monitoring")).toEqual(expected);
	});

	test.each([
		[
			{ kind: "gcs" },
			'backend.kind: got "gcs", wanted one of local, pg, kubernetes, s3',
		],
		[
			{},
			"backend.kind: got undefined, wanted one of local, pg, kubernetes, s3",
		],
		[{ kind: "kubernetes" }, "backend.namespace: got undefined, wanted a name"],
		[
			{ kind: "s3", bucket: "", region: "eu" },
			'backend.bucket: got "", wanted a name',
		],
		[
			{ kind: "s3", bucket: "b" },
			"backend.region: got undefined, wanted a name",
		],
	])("%j is refused", (backend, message) => {
		expect(() => backendArguments(backend as Backend, "monitoring")).toThrow(
			message,
		);
	});

	test.each(["conn_str", "access_key", "secret_key", "token", "password"])(
		"a credential in extra is refused without showing it: %s",
		(name) => {
			const backend: Backend = { kind: "pg", extra: { [name]: "hunter2" } };
			expect(() => backendArguments(backend, "monitoring")).toThrow(
				`backend.extra: got ${name}, wanted no credential`,
			);
			expect(() => backendArguments(backend, "monitoring")).not.toThrow(
				/hunter2/,
			);
		},
	);
});
