import { existsSync } from "node:fs";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import { CollectedRegistry } from "../support/collected-registry";
import {
	BY_DIGEST,
	IMAGES,
	REFERRER,
	WANTED,
} from "../support/collection-content";
import { Distribution } from "../support/distribution";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushBlob, pushContent } from "../support/push";
import { requirePrograms } from "../support/requires";
import { plant } from "../support/storage";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"skopeo",
);

suite("the same units", () => {
	const lab = new Lab();
	const install = (
		program: "registry2" | "registry3",
		props: HostRegistryProps,
	) =>
		CollectedRegistry.install(lab, props, {
			...programs,
			registry: programs[program],
		});

	lab.test(
		"on 3.1.1 they collect, and notice what -m takes there",
		async () => {
			const registry = await install("registry3", {
				name: "private",
				kind: "private",
				image: "registry:3.1.1",
			});
			await registry.collect();
			await registry.serves();
			for (const [repository, tag, content] of IMAGES)
				await pushContent(registry.target, repository, content, tag);
			await pushContent(registry.target, "single", REFERRER);
			await pushContent(registry.target, "single", BY_DIGEST);
			await pushBlob(registry.target, "app", Buffer.from("interrupted"));
			expect(await registry.collect()).toMatchObject({ failed: false });
			expect(registry.metric("deletedBlobs")).toBe(1);
			await registry.serves();
			expect(await registry.broken(WANTED)).toEqual([]);

			registry.replaceRun("garbage-collect -m /etc/docker/registry/config.yml");
			const run = await registry.collect();
			expect(run.failed).toBe(true);
			expect(run.log).toContain(`LOST  single  ${REFERRER.root}  gone`);
			expect(run.log).toContain(`LOST  single  ${BY_DIGEST.root}  gone`);
			expect(registry.metric("lost")).toBe(2);
			await registry.serves();
			expect(await registry.broken(WANTED)).toEqual(WANTED.slice(-2));
		},
	);

	lab.test(
		"of a pull-through cache: what was never pulled is no finding",
		async () => {
			const upstream = await Distribution.start(lab, {
				name: "upstream",
				program: programs.registry2,
			});
			for (const [repository, tag, content] of IMAGES)
				await pushContent(upstream.target, repository, content, tag);
			const cache = await install("registry2", {
				name: "dockerhub",
				kind: "pull-through",
				upstream: { url: upstream.origin },
			});
			await cache.collect();
			await cache.serves();
			// one platform of one of them
			const platform = ["--override-os", "linux", "--override-arch", "arm64"];
			expect(await cache.pulls("app:v1", ...platform)).toBe(true);
			// content that nothing in the cache names any more
			const left = image("left").blobs;
			for (const [digest, bytes] of left)
				cache.storage.write(cache.storage.blob(digest), bytes);
			const run = await cache.collect();
			expect(run).toMatchObject({
				failed: false,
				log: expect.stringMatching(/looked at disk: 1 repository, 1 tag/),
			});
			expect(cache.metric("deletedBlobs")).toBe(left.size);
			expect(cache.metric("lost")).toBe(0);
			await cache.serves();
			expect(await cache.pulls("app:v1", ...platform)).toBe(true);
			expect(await cache.host.runUnit("registry-scan.service")).toMatchObject({
				failed: false,
			});
			expect(cache.exposition("scan")).toMatch(
				/^registry_guard_scan_findings\{registry="dockerhub"\} 0$/m,
			);

			// no cache comes up while its upstream is down: this one ran until it was collected
			await upstream.stop();
			const down = await cache.collect();
			expect(down.failed).toBe(true);
			expect(down.log).toMatch(/registry-dockerhub is restarting starting/);
			expect(down.log).toMatch(/CANNOT BE STARTED/);
			expect(cache.metric("success")).toBe(0);
			expect(cache.failedStep()).toBe("start");
			expect(cache.metric("openSince")).toBeGreaterThan(0);
			await upstream.restart();
			await cache.host.runUnit("registry-scan.service");
			await cache.serves();
			expect(cache.metric("openSince")).toBe(0);
			expect(cache.metric("success")).toBe(1);
		},
	);

	lab.test(
		"the scan publishes what it finds; the old blob fixer lists, then removes, links alone",
		async () => {
			const registry = await install("registry2", {
				name: "private",
				kind: "private",
			});
			const { storage, host, model } = registry;
			const [repository, tag, content] = IMAGES[3] ?? ["", "", image("")];
			storage.put(repository, content, tag);
			const scan = async () => {
				const run = await host.runUnit("registry-scan.service");
				const found =
					/^registry_guard_scan_findings\{registry="private"\} (.*)$/m;
				return [run.failed, found.exec(registry.exposition("scan"))?.[1]];
			};
			expect(await scan()).toEqual([false, "0"]);
			const [layer = ""] = [...content.blobs.keys()].slice(-1);
			plant.missing(storage.blob(layer));
			expect(await scan()).toEqual([true, "1"]);

			const fixer = `${model.base}/fix-broken-blobs.sh ${model.data}`;
			const link = storage.layerLink(repository, layer);
			const listed = await host.run(`${fixer} --dry-run`);
			expect(listed.stdout + listed.stderr).toContain(layer);
			expect(existsSync(link)).toBe(true);
			await host.run(fixer);
			expect(existsSync(link)).toBe(false);
			// it hid nothing by that
			expect(await scan()).toEqual([true, "1"]);
		},
	);
});
