import { problemsOf, reasonsOf } from "./linting";

const netplan = (servers: string, search = "viktorbarzin.lan") => `
network:
  version: 2
  ethernets:
    eth0:
      nameservers:
        addresses: [${servers}]
        search: [${search}]
`;
const resolved = (dns: string, fallback = "94.140.14.14") =>
	`[Resolve]\nDNS=${dns}\nFallbackDNS=${fallback}\nDomains=viktorbarzin.lan\n`;

describe("dns-without-internal", () => {
	test.each<[string, string[]]>([
		["10.0.20.1, 94.140.14.14", []],
		["fd12::1, 94.140.14.14", []],
		["1.1.1.1, 8.8.8.8", ["nameservers of eth0: got 1.1.1.1, 8.8.8.8"]],
		["", ["nameservers of eth0: got none"]],
		[
			"94.140.14.14, 10.0.20.1",
			[
				"nameservers of eth0: got 94.140.14.14, 10.0.20.1, with the internal 10.0.20.1 behind 94.140.14.14",
			],
		],
	])("netplan [%s]", (servers, reasons) => {
		const texts = { "50-cloud-init.yaml": netplan(servers) };
		expect(reasonsOf("dns-without-internal", texts)).toEqual(reasons);
		expect(problemsOf(texts)).toEqual(
			reasons.map(() => "50-cloud-init.yaml:6 dns-without-internal"),
		);
	});

	test.each<[string, string[]]>([
		[resolved("10.0.20.1"), []],
		[resolved("10.0.20.1:53#dns.lan"), []],
		[resolved("[fd00::1]:53"), []],
		[resolved("1.1.1.1"), ["r.conf:2 dns-without-internal"]],
		[resolved("1.1.1.1", "10.0.20.1"), ["r.conf:2 dns-without-internal"]],
		["[Resolve]\nDNS=1.1.1.1\nDNS=\nDNS=10.0.20.1\n", []],
		["[Resolve]\nCache=yes\n", []],
	])("resolved %j", (text, problems) => {
		expect(problemsOf({ "r.conf": text })).toEqual(problems);
	});

	test("a port, a name for TLS and a route are no difference", () => {
		expect(
			problemsOf({
				"90-dns.yaml": netplan("10.0.20.1, 94.140.14.14"),
				"r.conf":
					"[Resolve]\nDNS=10.0.20.1:53 94.140.14.14#dns.adguard.com\nDomains=~. viktorbarzin.lan\n",
			}),
		).toEqual([]);
	});

	test("two files that do not agree: nothing merges them", () => {
		const both = (servers: string, search?: string) => ({
			"90-dns.yaml": netplan(servers, search),
			"10-internal-dns.conf": resolved("10.0.20.1"),
		});
		expect(problemsOf(both("10.0.20.1, 94.140.14.14"))).toEqual([]);
		expect(
			reasonsOf("dns-without-internal", both("10.0.20.1, 9.9.9.9")),
		).toEqual([
			"DNS: got other servers 10.0.20.1, 94.140.14.14 than 90-dns.yaml has",
		]);
		expect(
			reasonsOf(
				"dns-without-internal",
				both("10.0.20.1, 94.140.14.14", "other.lan"),
			),
		).toEqual(["DNS: got other search viktorbarzin.lan than 90-dns.yaml has"]);
	});
});
