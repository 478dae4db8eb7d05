import { children } from "../support/damage";
import { multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { probeCronJob } from "../support/probe-stack";
import { pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { REPOSITORIES, TroubledRegistry } from "../support/troubled-registry";

const { suite, programs } = requirePrograms(
	"registry2",
	"htpasswd",
	"openssl",
	"pushgateway",
);

suite("a registry that fails in every way is no broken image", () => {
	const lab = new Lab();
	let trouble: TroubledRegistry;

	lab.before(async () => {
		trouble = await TroubledRegistry.start(lab, programs);
	});

	lab.test(
		"bursts of 503 and 429 are waited out: the run is complete",
		async () => {
			const run = await trouble.runWith((_, nth) => {
				if (nth >= 20 && nth < 30)
					return { status: 503, headers: { "retry-after": "0" } };
				if (nth >= 60 && nth < 64)
					return { status: 429, headers: { "retry-after": "1" } };
				return undefined;
			});
			expect(run).toMatchObject({ code: 0 });
			expect(trouble.proxy.faults).toBe(14);
			expect(await trouble.metric("throttled")).toBe(14);
			expect(await trouble.metric("tagsChecked")).toBe(REPOSITORIES.length);
			await trouble.expectOnlyKnownFailure();
		},
	);

	lab.test("a 404 that is gone on the second look is nothing", async () => {
		const asked = new Set<string>();
		const run = await trouble.runWith(({ url = "", headers }) => {
			const isContent = /\/(blobs|manifests)\/sha256:/.test(url);
			if (!isContent || !headers.authorization || asked.has(url))
				return undefined;
			asked.add(url);
			return {
				status: 404,
				headers: { "content-type": "application/json" },
				body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}',
			};
		});
		expect(run).toMatchObject({ code: 0 });
		expect(trouble.proxy.faults).toBeGreaterThan(0);
		await trouble.expectOnlyKnownFailure();
	});

	lab.test(
		"every blob answers 500: that is the server, not the content",
		async () => {
			const run = await trouble.runWith(({ url = "" }) =>
				url.includes("/blobs/") ? { status: 500 } : undefined,
			);
			expect(run).toMatchObject({ code: 3 });
			expect(
				await trouble.metric("inconclusive", { reason: "server-error" }),
			).toBeGreaterThan(0);
			await trouble.expectOnlyKnownFailure();
		},
	);

	lab.test(
		"a tag that moves under the walk, its old content deleted, is no finding",
		async () => {
			const old = multiArch("team/a");
			const [child = ""] = children(old, old.root);
			let moved: Promise<undefined> | undefined;
			const run = await trouble.runWith(({ url = "" }) => {
				if (!url.endsWith(`/team/a/manifests/${child}`)) return undefined;
				moved ??= (async () => {
					await pushContent(
						trouble.registry.target,
						"team/a",
						multiArch("team/a/new"),
						"v1",
					);
					for (const digest of old.manifests.keys())
						await send(
							trouble.registry.target,
							"DELETE",
							`/v2/team/a/manifests/${digest}`,
						);
					return undefined;
				})();
				return moved;
			});
			expect(moved).toBeDefined();
			expect(run).toMatchObject({ code: 0 });
			await trouble.expectOnlyKnownFailure();
		},
	);

	lab.test("restarted in the middle of a walk: no false finding", async () => {
		let restarted: Promise<void> | undefined;
		const run = await trouble.runWith((_, nth) => {
			if (nth === 30) restarted = trouble.registry.restart();
			return undefined;
		});
		await restarted;
		// what it saw of the restart decides: all after a second try, or not all
		expect([0, 3]).toContain(run.code);
		expect(await trouble.metric("catalogAccessible")).toBe(1);
		await trouble.expectOnlyKnownFailure();
		expect(await trouble.runWith(() => undefined)).toMatchObject({ code: 0 });
	});

	lab.test("throttled all along: blind, in time", async () => {
		const run = await trouble.runWith(() => ({
			status: 429,
			headers: { "retry-after": "3600" },
		}));
		expect(run).toMatchObject({ code: 3 });
		expect(run.took).toBeLessThan(20);
		expect(
			await trouble.metric("catalogErrorInfo", { reason: "throttled" }),
		).toBe(1);
		await trouble.expectOnlyKnownFailure();
	});

	lab.test(
		"a registry that accepts and never answers: blind, within the deadline",
		async () => {
			trouble.registry.pause();
			try {
				const cronJob = probeCronJob(trouble.model, trouble.gateway.origin, {
					deadline: "8s",
				});
				const run = await trouble.runWith(() => undefined, cronJob);
				expect(run).toMatchObject({ code: 3 });
				expect(run.took).toBeLessThan(8 + 5);
			} finally {
				trouble.registry.resume();
			}
			expect(await trouble.metric("catalogAccessible")).toBe(0);
			await trouble.expectOnlyKnownFailure();
		},
	);

	lab.test(
		"another registry behind the name: wrong-backend, not an empty one",
		async () => {
			const run = await trouble.runWith(() => ({ status: 200, body: "{}" }));
			expect(run).toMatchObject({ code: 3 });
			expect(
				await trouble.metric("catalogErrorInfo", { reason: "wrong-backend" }),
			).toBe(1);
			await trouble.expectOnlyKnownFailure();
		},
	);

	lab.test(
		"Pushgateway down: exit 3, the finding is still printed",
		async () => {
			await trouble.gateway.stop();
			const run = await trouble.runWith(() => undefined);
			expect(run).toMatchObject({ code: 3 });
			expect(run.stdout).toContain("team/broken:v1");
		},
	);
});
