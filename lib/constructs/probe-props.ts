import type { ProbeMode } from "../guard/contract";
import type { PodPeer, Registry } from "../registry";
import type { Mutation } from "./mutations";
import type { Placement } from "./placement";

/** The Pushgateway that a probe publishes to. */
export interface Pushgateway {
	/** `http://prometheus-prometheus-pushgateway.monitoring:9091` */
	readonly url: string;
	/** IP behind the url's host, where it is no pod of this cluster. */
	readonly address?: string;
	/**
	 * Its pods, for the NetworkPolicy.
	 * @default - `app.kubernetes.io/name: prometheus-pushgateway` in the url's namespace, port 9091, unless there is an address
	 */
	readonly selector?: PodPeer;
}

/** The API server as the network sees it: an endpoint (`kubectl get endpoints kubernetes`), not the ClusterIP. */
export interface ApiServer {
	/** `10.0.20.100/32` */
	readonly cidr: string;
	readonly port: number;
}

/** What the container asks for and may use, as Kubernetes quantities. */
export interface Resources {
	readonly requests: Readonly<Record<"cpu" | "memory", string>>;
	readonly limits: Readonly<Record<"cpu" | "memory", string>>;
}

/** A registry, where to publish, and how its probe differs from the defaults. */
export interface IntegrityProbeProps extends Placement {
	readonly registry: Registry;
	readonly pushgateway: Pushgateway;
	/** Secret with REG_USER and REG_PASS. @default - the model's `secretName` if the model has `vault`, else anonymous */
	readonly secretName?: string;
	/** Cron, five fields. @default "*\/15 * * * *" */
	readonly schedule?: string;
	/** IANA name of the zone that the schedule is read in. @default - the controller's, as a rule UTC */
	readonly timezone?: string;
	/** What the walk has not seen by then is inconclusive. @default - 10m, or two thirds of the schedule if that is shorter */
	readonly deadline?: string;
	/** When Kubernetes kills the Job; between deadline and schedule. @default - half-way between the two, at most 10m after the deadline */
	readonly activeDeadline?: string;
	/** A run that could not start by then is left out; at least 10s. @default "5m" */
	readonly startingDeadline?: string;
	/** @default - the guard's, tail */
	readonly mode?: ProbeMode;
	/** Every blob is hashed once in so many runs, 0 is off; needs a schedule with equal gaps. @default 672 (a week of 15m) */
	readonly fullRotation?: number;
	/** So many tags a repository and run, rotating, 0 is all; needs a schedule with equal gaps. @default 0 */
	readonly tagsPerRepo?: number;
	/** Ceiling of the adaptive number of requests under way. @default - the guard's, 8 */
	readonly concurrency?: number;
	/** A smaller catalog is inconclusive. @default - the guard's, 1 */
	readonly minRepositories?: number;
	/** Pods that share the repositories, as an Indexed Job; more than one needs Kubernetes >= 1.29. @default 1 */
	readonly shards?: number;
	/** Ask the cluster which images its pods name; brings a ServiceAccount that may list pod templates. @default false */
	readonly inUse?: boolean;
	/** Required with `inUse` and a NetworkPolicy. */
	readonly apiServer?: ApiServer;
	/** @default true */
	readonly networkPolicy?: boolean;
	/** The cluster's DNS pods. @default - `k8s-app: kube-dns` in kube-system, port 53 */
	readonly dns?: PodPeer;
	/** Pinned, with node >= 20.12 and a user 1000. @default - the pinned node image */
	readonly image?: string;
	/** @default - requests 50m and 64Mi, limits 1 CPU and 256Mi */
	readonly resources?: Resources;
	/** Admission webhooks whose changes are not drift. @default ["kyverno"] */
	readonly ignoreMutations?: readonly Mutation[];
}
