import { list, record } from "../../raw";
import type { Report } from "./host-rules";
import { textOf, type YamlFile } from "./yaml-file";

/** What a file says about name servers, in their order. */
export interface NameServers {
	readonly file: string;
	readonly line: number;
	readonly servers: readonly string[];
	/** undefined where the file says nothing of it. */
	readonly search?: readonly string[];
	readonly what: string;
}

const INTERNAL =
	/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd][0-9a-f]{2}:)/i;

/** Name servers of every link of a netplan file; `lineOf` of the key. */
export function netplanServers(file: string, yaml: YamlFile): NameServers[] {
	const found: NameServers[] = [];
	const network = record(yaml.root.network);
	for (const [type, links] of Object.entries(network)) {
		for (const [link, value] of Object.entries(record(links))) {
			const servers = record(value).nameservers;
			if (servers === undefined) continue;
			const { addresses, search } = record(servers);
			found.push({
				file,
				line: yaml.lineOf("network", type, link, "nameservers", "addresses"),
				servers: list(addresses).map(textOf),
				search: list(search).map(textOf),
				what: `nameservers of ${link}`,
			});
		}
	}
	return found;
}

/** `DNS=` and after it `FallbackDNS=` of a resolved file. */
export function resolvedServers(file: string, text: string): NameServers[] {
	const values = new Map<string, { words: string[]; line: number }>();
	for (const [i, raw] of text.split("\n").entries()) {
		const [, key = "", value = ""] = /^\s*(\w+)\s*=\s*(.*)$/.exec(raw) ?? [];
		if (key === "") continue;
		const before = values.get(key)?.words ?? [];
		const words = value.split(/\s+/).filter(Boolean);
		// an empty value forgets those before it
		values.set(key, {
			words: words.length > 0 ? [...before, ...words] : [],
			line: i + 1,
		});
	}
	const dns = values.get("DNS");
	const fallback = values.get("FallbackDNS");
	if (!dns && !fallback) return [];
	return [
		{
			file,
			line: dns?.line ?? fallback?.line ?? 1,
			servers: [...(dns?.words ?? []), ...(fallback?.words ?? [])].map(
				// address%interface#name, with or without a port
				(each) =>
					each
						.replace(/[#%].*$/, "")
						.replace(/^(\d[\d.]*|\[.*\]):\d+$/, "$1")
						.replace(/^\[|\]$/g, ""),
			),
			// ~ is for whom to ask, nothing is searched there
			search: values
				.get("Domains")
				?.words.filter((each) => !each.startsWith("~")),
			what: dns ? "DNS" : "FallbackDNS",
		},
	];
}

/** The internal server first, in every file, and the same in all of them: resolved does not merge them. */
export function lintDns(all: readonly NameServers[], report: Report): void {
	for (const { file, line, servers, what } of all) {
		const first = servers[0] ?? "";
		if (INTERNAL.test(first)) continue;
		const later = servers.find((each) => INTERNAL.test(each));
		report(
			"dns-without-internal",
			{ file, line },
			`${what}: got ${servers.join(", ") || "none"}${later ? `, with the internal ${later} behind ${first}` : ""}`,
			`name the internal server${later ? ` ${later}` : " (10.0.20.1)"} first, a public one only after it`,
		);
	}
	const [model, ...others] = all;
	for (const other of others) {
		const differs =
			model?.servers.join() !== other.servers.join()
				? `servers ${other.servers.join(", ")}`
				: (model?.search?.join() ?? "") !== (other.search?.join() ?? "")
					? `search ${other.search?.join(", ") || "none"}`
					: undefined;
		if (model && differs)
			report(
				"dns-without-internal",
				other,
				`${other.what}: got other ${differs} than ${model.file} has`,
				"write the same in both: the settings of a link beat the global ones, and nothing is merged",
			);
	}
}
