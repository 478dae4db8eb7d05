import { HOST_NAME, isPort, must } from "./must";

/** Hosts that references on the nodes name, each once. */
export function checkPullHosts(
	pullHosts: readonly string[],
	prop: string,
): readonly string[] {
	for (const each of pullHosts) {
		const [, name = "", port] = /^([^:]*)(?::(\d+))?$/.exec(each) ?? [];
		must(
			HOST_NAME.test(name) && (port === undefined || isPort(Number(port))),
			prop,
			each,
			"host[:port]",
		);
	}
	return [...new Set(pullHosts)];
}
