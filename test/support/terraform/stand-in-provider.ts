// A Terraform provider for tests: it has the schema of the binding classes, and a JSON file instead of a cluster and a
// Vault. Terraform starts it as a plugin: `node stand-in-provider.cjs SCHEMAS PROTO STORE_FOLDER`.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	loadPackageDefinition,
	Server,
	ServerCredentials,
	type ServerUnaryCall,
	type ServiceDefinition,
	type sendUnaryData,
	type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { handlers, type ProviderSchemas, type Request } from "./plugin";

const [schemasPath = "", protoPath = "", storeFolder = ""] =
	process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "stand-in-"));
const socket = join(folder, "socket");

function stop(): void {
	rmSync(folder, { recursive: true, force: true });
	process.exit(0);
}

const { tfplugin5 } = loadPackageDefinition(
	loadSync(protoPath, { keepCase: true, enums: String }),
) as unknown as { tfplugin5: { Provider: { service: ServiceDefinition } } };

const schemas: ProviderSchemas = JSON.parse(readFileSync(schemasPath, "utf8"));
const answers: UntypedServiceImplementation = {};
for (const [method, answer] of Object.entries(handlers(schemas, storeFolder))) {
	answers[method] = (
		{ request }: ServerUnaryCall<Request, object>,
		done: sendUnaryData<object>,
	): void => {
		try {
			done(null, answer(request));
		} catch (error) {
			done(null, problem(error as Error));
		}
	};
}

/** Every answer has a list of problems under one of these field numbers: unknown fields are not written. */
function problem({ message, stack }: Error): object {
	return { problems: [{ severity: 1, summary: message, detail: stack }] };
}

const server = new Server({ "grpc.max_receive_message_length": 64 * 2 ** 20 });
server.addService(tfplugin5.Provider.service, answers);
// without it every Terraform command waits two seconds for the plugin to end
const empty = () => Buffer.alloc(0);
server.addService(
	{
		Shutdown: {
			path: "/plugin.GRPCController/Shutdown",
			requestStream: false,
			responseStream: false,
			requestSerialize: empty,
			requestDeserialize: () => ({}),
			responseSerialize: empty,
			responseDeserialize: () => ({}),
		},
	},
	{
		Shutdown: (
			_call: ServerUnaryCall<object, object>,
			done: sendUnaryData<object>,
		) => {
			done(null, {});
			setImmediate(stop);
		},
	},
);
process.on("SIGTERM", stop);
server.bindAsync(
	`unix:${socket}`,
	ServerCredentials.createInsecure(),
	(error) => {
		if (error) throw error;
		process.stdout.write(`1|5|unix|${socket}|grpc|\n`);
	},
);
