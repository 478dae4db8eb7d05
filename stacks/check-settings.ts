import { pipelineWorkflows } from "../lib/pipelines/pipeline-workflows";
import { BACKEND_KINDS } from "./backend";
import { type Settings, TIERS } from "./model";
import { pipelinesProps } from "./pipelines";

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * What the compiler cannot see, or did not: synth runs bundled JavaScript.
 *
 * @throws Error with every mistake, one a line: prop, got, wanted.
 */
export function checkSettings(settings: Settings): Settings {
	const mistakes: string[] = [];
	const must = (holds: unknown, prop: string, got: unknown, wanted: string) => {
		if (!holds)
			mistakes.push(`${prop}: got ${JSON.stringify(got)}, wanted ${wanted}`);
	};
	const { backend, kubernetes, vaultAddress, tiers, namespace } = settings;
	const { registries, pushgateway, schedule, runbookBaseUrl, grafanaUrl } =
		settings;

	must(
		BACKEND_KINDS.includes(backend?.kind),
		"backend.kind",
		backend?.kind,
		`one of ${BACKEND_KINDS.join(", ")}`,
	);
	must(
		typeof kubernetes?.configPath === "string",
		"kubernetes.configPath",
		kubernetes?.configPath,
		'a path such as "~/.kube/config", or ""',
	);
	must(
		vaultAddress === undefined || isHttp(vaultAddress),
		"vaultAddress",
		vaultAddress,
		"an http(s) URL, or nothing for VAULT_ADDR",
	);
	for (const tier of TIERS) {
		must(
			typeof tiers?.[tier] === "string" && DNS_LABEL.test(tiers[tier]),
			`tiers.${tier}`,
			tiers?.[tier],
			"a label value such as 1-cluster",
		);
	}
	must(
		typeof namespace?.name === "string" && DNS_LABEL.test(namespace.name),
		"namespace.name",
		namespace?.name,
		"a DNS label",
	);
	must(
		TIERS.includes(namespace?.tier),
		"namespace.tier",
		namespace?.tier,
		`one of ${TIERS.join(", ")}`,
	);
	must(
		Array.isArray(registries) && registries.length > 0,
		"registries",
		registries,
		"at least one registry",
	);
	const seen = new Set<string>();
	for (const [i, each] of (registries ?? []).entries()) {
		const name = each?.model?.name;
		must(
			each?.model?.probeName,
			`registries[${i}].model`,
			each?.model,
			"what registry({...}) returns",
		);
		must(
			name === undefined || !seen.has(name),
			`registries[${i}].model.name`,
			name,
			"a name of its own",
		);
		seen.add(name);
	}
	must(
		isHttp(pushgateway?.url),
		"pushgateway.url",
		pushgateway?.url,
		"an http(s) URL",
	);
	must(
		typeof schedule === "string" && schedule.trim().split(/\s+/).length === 5,
		"schedule",
		schedule,
		"a cron expression of five fields",
	);
	must(
		isHttp(runbookBaseUrl),
		"runbookBaseUrl",
		runbookBaseUrl,
		"an http(s) URL",
	);
	must(
		grafanaUrl === undefined ||
			(isHttp(grafanaUrl) && !grafanaUrl.endsWith("/")),
		"grafanaUrl",
		grafanaUrl,
		"an http(s) URL without a slash at its end, or nothing",
	);
	const source = settings.monitoringModule?.source;
	must(
		!settings.monitoringModule || (typeof source === "string" && source !== ""),
		"monitoringModule.source",
		source,
		"a folder or another module source; leave monitoringModule out where there is none",
	);
	// what follows from the registries is looked at once they are right
	if (settings.pipelines && mistakes.length === 0)
		try {
			pipelineWorkflows(pipelinesProps(settings, settings.pipelines));
		} catch (error) {
			mistakes.push(...(error as Error).message.split("\n"));
		}
	if (mistakes.length > 0)
		throw new Error(
			`settings: ${mistakes.length === 1 ? "" : "\n  "}${mistakes.join("\n  ")}`,
		);
	return settings;
}

function isHttp(url: unknown): boolean {
	return (
		typeof url === "string" &&
		URL.canParse(url) &&
		/^https?:$/.test(new URL(url).protocol)
	);
}
