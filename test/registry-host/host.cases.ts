import { CACHES, cacheOf, hostOf, PRIVATE } from "./fixture";

describe("the model of the VM", () => {
	test("the contract is what nothing is said about", () => {
		const { registries, ui, base, scanAt, collectOn } = hostOf();
		expect(
			registries.map(({ service, port, collectAt, image, upstream, tls }) => [
				service,
				port,
				collectAt,
				image,
				upstream?.url ?? "private",
				tls !== false,
			]),
		).toEqual([
			[
				"registry-dockerhub",
				5000,
				"03:00",
				"registry:2.8.3",
				"https://registry-1.docker.io",
				false,
			],
			[
				"registry-ghcr",
				5010,
				"03:05",
				"registry:2.8.3",
				"https://ghcr.io",
				false,
			],
			[
				"registry-quay",
				5020,
				"03:10",
				"registry:2.8.3",
				"https://quay.io",
				false,
			],
			[
				"registry-k8s",
				5030,
				"03:15",
				"registry:2.8.3",
				"https://registry.k8s.io",
				false,
			],
			[
				"registry-kyverno",
				5040,
				"03:20",
				"registry:2.8.3",
				"https://reg.kyverno.io",
				false,
			],
			["registry-private", 5050, "03:25", "registry:2.8.3", "private", true],
		]);
		expect([ui?.port, ui?.registry.name]).toEqual([8080, "private"]);
		expect([base, scanAt, collectOn]).toEqual([
			"/opt/registry",
			"02:30",
			"Sun",
		]);
	});

	test("an address follows from the port, so it stays when another registry goes", () => {
		const all = hostOf().registries;
		for (const gone of all) {
			const rest = hostOf({
				registries: [...CACHES, PRIVATE].filter(
					({ name }) => name !== gone.name,
				),
			}).registries;
			expect(rest).toEqual(all.filter((each) => each !== gone));
		}
	});

	test("of two private registries the first is meant by the VM's bare name", () => {
		const { registries } = hostOf({
			registries: [PRIVATE, { name: "other", kind: "private", port: 5060 }],
		});
		expect(registries.map(({ pullHosts }) => pullHosts)).toEqual([
			["registry.example", "registry.example:5050"],
			["registry.example:5060"],
		]);
	});

	test("without a private registry there is no page, unless one is named", () => {
		expect(hostOf({ registries: CACHES }).ui).toBeUndefined();
		expect(hostOf({ ui: false }).ui).toBeUndefined();
		expect(hostOf({ ui: { registry: "ghcr" } }).ui?.tls).toBe(false);
	});

	test("a host that references name twice is one", () => {
		const { registries } = cacheOf({ pullHosts: ["ghcr.io", "ghcr.io"] });
		expect(registries[0]?.pullHosts).toEqual(["ghcr.io"]);
	});
});
