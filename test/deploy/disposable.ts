import { spawnSync } from "node:child_process";

/** What a deploy test may change at will: it says so itself, by a label. */
const LABEL = "cdktf-registry-guard/disposable";

/** A real cluster and a real Vault that are there to be broken. */
export interface Disposable {
	readonly kubeconfig: string;
	/** kubectl with arguments and standard input; its stdout. @throws Error with its stderr */
	kubectl(args: readonly string[], input?: string): string;
	/** Writes a kv v2 secret below the mount `secret`. */
	writeSecret(
		name: string,
		data: Readonly<Record<string, string>>,
	): Promise<void>;
	deleteSecret(name: string): Promise<void>;
}

/**
 * The cluster of KUBECONFIG and the Vault of VAULT_ADDR and VAULT_TOKEN, with real providers in TF_PROVIDER_MIRROR.
 *
 * @throws Error unless all are set and `kube-system` carries the label that says that the cluster may be broken.
 */
export function disposable(): Disposable {
	const missing = [
		"KUBECONFIG",
		"VAULT_ADDR",
		"VAULT_TOKEN",
		"TF_PROVIDER_MIRROR",
	].filter((name) => !process.env[name]);
	if (missing.length > 0) {
		throw new Error(
			`deploy test: got no ${missing.join(", ")}, wanted a disposable cluster and Vault, and a mirror of the real providers`,
		);
	}
	const { KUBECONFIG = "", VAULT_ADDR = "", VAULT_TOKEN = "" } = process.env;
	const kubectl = (args: readonly string[], input?: string): string => {
		const { status, stdout, stderr, error } = spawnSync("kubectl", args, {
			encoding: "utf8",
			input,
			env: process.env,
		});
		if (error) throw error;
		if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
		return stdout;
	};
	const label = kubectl([
		"get",
		"namespace",
		"kube-system",
		"-o",
		`jsonpath={.metadata.labels.${LABEL.replaceAll(".", "\\.")}}`,
	]);
	if (label !== "true") {
		throw new Error(
			`deploy test: got a kube-system without the label ${LABEL}=true, wanted a cluster that says it may be broken`,
		);
	}
	const vault = async (method: string, path: string, body?: object) => {
		const { ok, status } = await fetch(`${VAULT_ADDR}/v1/${path}`, {
			method,
			headers: { "x-vault-token": VAULT_TOKEN },
			body: body && JSON.stringify(body),
		});
		if (!ok) throw new Error(`vault ${method} ${path}: got ${status}`);
	};
	return {
		kubeconfig: KUBECONFIG,
		kubectl,
		writeSecret: (name, data) => vault("POST", `secret/data/${name}`, { data }),
		deleteSecret: (name) => vault("DELETE", `secret/metadata/${name}`),
	};
}
