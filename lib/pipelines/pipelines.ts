import type { Secret } from "../woodpecker/secret";
import type { Stranger } from "../woodpecker/stranger";

/** Where one build pushes its image, and the secrets that it logs in with. */
export interface PushTarget {
	/** `host[:port]/repository` without a tag, as it is pushed. */
	readonly repository: string;
	/** The user itself, where it is no secret. */
	readonly user: Secret | string;
	/** Password or token. */
	readonly password: Secret;
	/** Hosts that make tokens for it and are not the registry's own. @default - none */
	readonly realmHosts?: readonly string[];
	/** Pushed and read without TLS. @default false */
	readonly plainHttp?: boolean;
	/** PEM of a private CA; the agents' docker needs it too, in `/etc/docker/certs.d/<host>/ca.crt`. @default - a public one */
	readonly ca?: string;
}

export const NOTIFY_POLICIES = ["always", "failure", "change"] as const;
/** When a workflow says how it ended: every time, after a failure, or when it differs from the run before. */
export type NotifyPolicy = (typeof NOTIFY_POLICIES)[number];

/** A cron of the repository on the Woodpecker server; `schedule` is for people, the server holds its own. */
export interface PipelineCron {
	readonly name: string;
	readonly schedule: string;
}

/** A machine that a workflow reaches by ssh: key from a Woodpecker secret, host key from Vault, pinned. */
export interface SshMachine {
	/** Name or address. */
	readonly host: string;
	/** @default "root" */
	readonly user?: string;
	/** @default 22 */
	readonly port?: number;
	/** The private key; its Vault entry also holds `known_hosts_entry`. */
	readonly key: Secret;
}

/** What is said about the pipelines of an installation; the workflows follow from it and from the registries. */
export interface PipelinesProps {
	/** The branch that is applied. @default "master" */
	readonly branch?: string;
	/** The image that steps run in which need more than node or a plugin. */
	readonly infraCi: {
		/** As pods write it, without a tag: `registry.viktorbarzin.me/infra-ci`. */
		readonly image: string;
		/** First 8 characters of the commit it was built from. Said here and nowhere else; `latest` is pushed, never used. */
		readonly tag: string;
		/** Where each build pushes it to. */
		readonly targets: readonly PushTarget[];
		/** A tarball of it on the registry VM after each build. @default true */
		readonly breakglass?: boolean;
	};
	readonly cli: { readonly targets: readonly PushTarget[] };
	readonly registryHost: SshMachine & {
		/** Folder of the VM bundle in the infra repository. @default "generated/registry-host/vm" */
		readonly bundle?: string;
	};
	readonly proxmox: SshMachine;
	/** @default "http://vault-active.vault.svc.cluster.local:8200" */
	readonly vaultAddress?: string;
	/** Role of the pod's own token in Vault. @default "ci" */
	readonly vaultRole?: string;
	/** @default - no metrics are pushed */
	readonly pushgateway?: string;
	/** Roots that are applied and watched for drift, as the guard takes them. */
	readonly roots: readonly string[];
	/** A command that writes `cdktf.out`, run before roots are looked for (`npm run synth`). @default - none */
	readonly synth?: string;
	/** Roots planned or applied at the same time. @default 4 */
	readonly parallel?: number;
	readonly slackWebhook: Secret;
	/** @default - "always" for build-ci-image, whose new tag somebody has to take over; else "failure" */
	readonly notify?: NotifyPolicy;
	readonly crons: readonly PipelineCron[];
	/** Workflows of the same folder that are not generated. @default - those of the infra repository */
	readonly strangers?: readonly Stranger[];
}

/** With every default resolved. */
export interface Pipelines extends PipelinesProps {
	readonly branch: string;
	readonly vaultAddress: string;
	readonly vaultRole: string;
	readonly parallel: number;
	readonly strangers: readonly Stranger[];
	/** infra-ci as pods write it, by its commit. */
	readonly infraCiImage: string;
	/** Every secret that the repository has to have on the Woodpecker server. */
	readonly secrets: readonly Secret[];
}
