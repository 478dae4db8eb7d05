import { hostsTomlFiles } from "../../lib/registry-host/hosts-toml";
import { hostOf } from "./fixture";

describe("hosts.toml of the nodes", () => {
	const files = hostsTomlFiles(hostOf());
	const text = (host: string) =>
		files.find(
			({ path }) => path === `nodes/etc/containerd/certs.d/${host}/hosts.toml`,
		)?.text;

	test("one for each host that references name", () => {
		expect(files.map(({ path }) => path.split("/")[4])).toEqual([
			"docker.io",
			"ghcr.io",
			"quay.io",
			"registry.k8s.io",
			"reg.kyverno.io",
			"registry.example",
			"registry.example:5050",
		]);
	});

	test("by name, never by address; a cache that is silent is passed by", () => {
		for (const { text } of files) expect(text).not.toContain("10.0.20.10");
		expect(text("docker.io")).toContain(
			'server = "https://registry-1.docker.io"\n\n[host."http://registry.example:5000"]\n  capabilities = ["pull", "resolve"]\n',
		);
	});

	test("the private registry has nobody behind it", () => {
		expect(text("registry.example")).toContain(
			'server = "https://registry.example:5050"\n\n[host."https://registry.example:5050"]\n  capabilities = ["pull", "resolve", "push"]\n',
		);
	});
});
