import { parseReference } from "../oci/reference";
import { readAccess, readHosts } from "./access";
import type { VerifyConfig, VerifyTarget } from "./config";
import { readCredentials } from "./credentials";
import type { Inputs } from "./inputs";
import { type Origin, originOf } from "./origin";
import { readOutput } from "./output";
import { allowPlainHttp, readRegistry } from "./registry-input";
import { readWalk } from "./walk-input";

export function parseVerifyConfig(inputs: Inputs): VerifyConfig {
	const registry = readRegistry(inputs, undefined);
	const pullHosts = readHosts(inputs, "pullHosts");
	if (inputs.operands.length === 0)
		inputs.refuse(
			"REF: missing",
			"at least one reference",
			"write guard verify registry.example.com:5050/app:1.4.2",
		);
	const targets = inputs.operands.flatMap(
		(text) => readTarget(inputs, text, registry, pullHosts) ?? [],
	);
	const hosts = [...new Set(targets.map((each) => each.registry.host))];
	const own = readCredentials(inputs);
	if (own && !registry && hosts.length > 1)
		inputs.refuse(
			`REG_USER and REG_PASS: the REFs name ${hosts.length} hosts`,
			"one host, or REGISTRY_URL to say whose they are",
			"set REGISTRY_URL, or give each host an entry in --auth-file",
		);
	return {
		...readAccess(inputs, own, registry?.host ?? hosts[0], hosts),
		...readWalk(inputs, "full"),
		command: "verify",
		targets,
		expectEqual: inputs.isOn("expectEqual"),
		output: readOutput(inputs),
	};
}

/** A REF is https unless written http:// or on the host of an http REGISTRY_URL: never guessed, never downgraded. */
function readTarget(
	inputs: Inputs,
	text: string,
	registry: Origin | undefined,
	pullHosts: readonly string[],
): VerifyTarget | undefined {
	let ref: VerifyTarget["ref"];
	try {
		ref = parseReference(text);
	} catch (error) {
		inputs.refuse(
			(error as Error).message,
			"",
			"write it out: registry.example.com:5050/app:1.4.2",
		);
		return undefined;
	}
	const source = `REF ${ref.text}`;
	const { host } = ref;
	// written out, https stays https, also on the host of an http REGISTRY_URL
	const isWritten = /^https:/i.test(text);
	const isPulled = registry !== undefined && pullHosts.includes(host);
	const isPlain = registry?.origin.startsWith("http:") === true;
	const isOwn =
		!(isWritten && isPlain) &&
		(isPulled || originOf(isPlain, host).origin === registry?.origin);
	if (ref.plainHttp && isOwn && !isPlain) {
		inputs.refuse(
			`${source}: http:// on a host that REGISTRY_URL calls https`,
			"no downgrade",
			"leave out http://, or correct REGISTRY_URL",
		);
		return undefined;
	}
	if (isOwn && registry) return { ref, registry };
	const origin = originOf(ref.plainHttp, host);
	allowPlainHttp(inputs, source, origin);
	return { ref, registry: origin };
}
