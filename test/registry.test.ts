import { type RegistryProps, registry } from "../lib/registry";

const BARE: RegistryProps = {
	name: "registry",
	kind: "distribution",
	url: "https://registry.example.com:5050",
};

test("what is not said follows from name and url", () => {
	expect(registry(BARE)).toEqual({
		...BARE,
		plainHttp: false,
		pathPrefix: "",
		host: "registry.example.com:5050",
		instance: "registry.example.com:5050",
		pushHost: "registry.example.com:5050",
		pullHosts: ["registry.example.com:5050"],
		realmHosts: [],
		probeName: "registry-integrity-probe",
		secretName: "registry-probe-credentials",
	});
});

test("pods write the push host unless something else is said", () => {
	const { pushHost, pullHosts, instance } = registry({
		...BARE,
		pushHost: "push.example.com",
	});
	expect({ pushHost, pullHosts, instance }).toEqual({
		pushHost: "push.example.com",
		pullHosts: ["push.example.com"],
		instance: "registry.example.com:5050",
	});
});

test("plain http needs to be said", () => {
	const url = "http://forgejo.forgejo.svc.cluster.local";
	expect(() => registry({ ...BARE, url })).toThrow(
		`registry.url: got "${url}", wanted an origin https://host[:port] (http:// only with plainHttp)`,
	);
	expect(registry({ ...BARE, url, plainHttp: true }).host).toBe(
		"forgejo.forgejo.svc.cluster.local",
	);
});

const VAULT = { name: "viktor", passwordKey: "password" };

test.each<[prop: string, change: object]>([
	["name", { name: "Registry" }],
	["name", { name: "-registry" }],
	["name", { name: "" }],
	["kind", { kind: "harbor" }],
	["url", { url: "registry.example.com" }],
	["url", { url: "ftp://registry.example.com" }],
	["url", { url: "https://registry.example.com/" }],
	["url", { url: "https://registry.example.com/v2" }],
	["url", { url: "https://user:pw@registry.example.com" }],
	["url", { url: "https://registry.example.com?x=1" }],
	["url", { url: "https://registry.example.com:99999" }],
	["address", { address: "registry.local" }],
	["address", { address: "10.0.20.256" }],
	["address", { realmHosts: [{ host: "a.example", address: "10.0" }] }],
	["pathPrefix", { pathPrefix: "viktor" }],
	["pathPrefix", { pathPrefix: "Viktor/" }],
	["pathPrefix", { pathPrefix: "/" }],
	["pushHost", { pushHost: "https://registry.example.com" }],
	["pullHosts", { pullHosts: ["registry.example.com/viktor"] }],
	["pullHosts", { pullHosts: [] }],
	["realmHosts", { realmHosts: [{ host: "https://auth.example" }] }],
	["instance", { instance: "" }],
	["instance", { instance: "a b" }],
	["vault", { vault: VAULT }],
	["vault", { vault: { ...VAULT, user: "a", userKey: "b" } }],
	["vault", { vault: { ...VAULT, user: "a", name: "" } }],
	["metrics.target", { metrics: { target: "10.0.20.10", distribution: 2 } }],
	[
		"metrics.target",
		{ metrics: { target: "http://10.0.20.10:5001", distribution: 2 } },
	],
	["metrics.distribution", { metrics: { target: "a:1", distribution: 1 } }],
])("refuses %s in %j", (prop, change) => {
	expect(() => registry({ ...BARE, ...change } as RegistryProps)).toThrow(
		new RegExp(`^registry\\.${prop}: got .*, wanted `),
	);
});
