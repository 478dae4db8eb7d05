import type { AddressInfo } from "node:net";
import { MakeBelieveRegistry } from "../../bench/make-believe-registry";
import { sha256 } from "../support/images";
import { type PushTarget, send } from "../support/push";

describe("make-believe registry", () => {
	const SIZE = 1_003;
	const registry = new MakeBelieveRegistry(SIZE);
	let origin: string;
	const as = (user: string): PushTarget => ({ origin, user, password: "x" });
	const get = (path: string, headers = {}, user = "one") =>
		send(as(user), "GET", path, undefined, headers);

	beforeAll(async () => {
		await new Promise<void>((ready) =>
			registry.server.listen(0, "127.0.0.1", ready),
		);
		const { port } = registry.server.address() as AddressInfo;
		origin = `http://127.0.0.1:${port}`;
	});
	afterAll(() => {
		registry.server.closeAllConnections();
		registry.server.close();
	});

	test("asks for a password", async () => {
		const { status, headers } = await send({ origin }, "GET", "/v2/");
		expect(status).toBe(401);
		expect(headers["www-authenticate"]).toMatch(/^Basic realm=/);
		expect((await get("/v2/")).status).toBe(200);
	});

	test("lists every repository once, page by page, and refuses large pages", async () => {
		const names: string[] = [];
		let path: string | undefined = "/v2/_catalog?n=500";
		while (path !== undefined) {
			const { body, headers } = await get(path);
			names.push(...JSON.parse(body.toString()).repositories);
			path = /^<(.*)>; rel="next"$/.exec(String(headers.link))?.[1];
		}
		expect(names.length).toBe(SIZE);
		expect(new Set(names).size).toBe(SIZE);
		expect((await get("/v2/_catalog?n=1001")).status).toBe(400);
	});

	test("holds what its manifests promise, to the byte", async () => {
		const name = "team-000/app-000999";
		const list = await get(`/v2/${name}/tags/list`);
		expect(JSON.parse(list.body.toString()).tags).toHaveLength(10);
		const tag = await get(`/v2/${name}/manifests/v3`);
		expect(tag.headers["docker-content-digest"]).toBe(sha256(tag.body));
		const { manifests } = JSON.parse(tag.body.toString());
		const child = await get(`/v2/${name}/manifests/${manifests[1].digest}`);
		expect(sha256(child.body)).toBe(manifests[1].digest);
		const { config, layers } = JSON.parse(child.body.toString());
		for (const { digest, size } of [config, ...layers]) {
			const whole = await get(`/v2/${name}/blobs/${digest}`);
			expect([sha256(whole.body), whole.body.length]).toEqual([digest, size]);
			const range = { range: "bytes=-1" };
			const tail = await get(`/v2/${name}/blobs/${digest}`, range);
			expect(tail.status).toBe(206);
			expect(tail.headers["content-range"]).toBe(
				`bytes ${size - 1}-${size - 1}/${size}`,
			);
			expect(tail.body).toEqual(whole.body.subarray(size - 1));
		}
	});

	test.each([
		"/v2/team-001/app-001003/tags/list",
		"/v2/nobody/tags/list",
		"/v2/team-000/app-000001/manifests/v10",
		`/v2/team-000/app-000001/blobs/${sha256("nothing")}`,
	])("404 for %s", async (path) => expect((await get(path)).status).toBe(404));

	test("tells who visited what", async () => {
		registry.takeVisits();
		const list = (number: number) =>
			`/v2/team-000/app-00000${number}/tags/list`;
		await get(list(1), {}, "one");
		await get(list(2), {}, "one");
		await get(list(2), {}, "two");
		await get("/v2/team-000/app-000001/manifests/v0", {}, "one");
		await get("/v2/team-000/app-000002/manifests/v0", {}, "one");
		await get("/v2/team-000/app-000002/manifests/v0", {}, "two");
		expect(registry.takeVisits()).toEqual({
			requests: { one: 4, two: 2 },
			repositoriesByVisitors: [SIZE - 2, 1, 1],
			tagsVisitedOnce: 1,
		});
		expect(registry.takeVisits().requests).toEqual({});
	});
});
