import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import type { Sample } from "../../lib/guard/exposition";
import { ownGroup, readPreviousRun } from "../../lib/guard/previous-run";
import { groupPath } from "../../lib/guard/push-group";
import { Pushgateway } from "../../lib/guard/pushgateway";
import {
	type FakePushgateway,
	startFakePushgateway,
} from "../support/fake-pushgateway";
import { LOOPBACK_TLS } from "../support/loopback-tls";

const JOB = "registry-integrity-probe";
const PREFIX = "registry_manifest_integrity";
const GAUGE = "# TYPE a gauge\na 1\n";
let fake: FakePushgateway;

beforeEach(async () => {
	fake = await startFakePushgateway();
});
afterEach(() => fake.close());

const client = (url = fake.url, patience?: number, ca?: string) =>
	new Pushgateway({ url, ca, ...(patience && { patience }) });

describe("group path", () => {
	test.each<[Record<string, string>, string]>([
		[
			{ job: JOB, instance: "registry.example.com:5050" },
			`/metrics/job/${JOB}/instance/registry.example.com:5050`,
		],
		[
			{ job: "j", instance: "i", shard: "3" },
			"/metrics/job/j/instance/i/shard/3",
		],
		[{ instance: "i", job: "j" }, "/metrics/job/j/instance/i"],
		[{ job: "j", instance: "" }, "/metrics/job/j/instance@base64/="],
		[
			{ job: "a/b", instance: "h/p" },
			"/metrics/job@base64/YS9i/instance@base64/aC9w",
		],
		[{ job: "j", instance: ".." }, "/metrics/job/j/instance@base64/Li4"],
		[
			{ job: "j", instance: "a b?#%ü" },
			"/metrics/job/j/instance@base64/YSBiPyMlw7w",
		],
	])("%j", (labels, path) => {
		expect(groupPath(labels)).toBe(path);
	});

	test.each(["registry:5050", "h/p", "", "..", "[::1]:5000", "a b?#%ü", "a=b"])(
		"%j arrives as it was",
		async (instance) => {
			await client().put({ job: JOB, instance, shard: "0" }, GAUGE);
			expect([...fake.groups.values()].map((each) => each.labels)).toEqual([
				{ job: JOB, instance, shard: "0" },
			]);
		},
	);
});

describe("exchange", () => {
	const group = { job: "j", instance: "i" };

	test("PUT replaces, POST adds, DELETE deletes", async () => {
		await client().put(group, `${GAUGE}# TYPE b gauge\nb 1\n`);
		await client().post(group, "# TYPE b gauge\nb 2\n");
		expect(fake.series("a")).toHaveLength(1);
		expect(fake.series("b")).toEqual(['b{job="j",instance="i"} 2']);
		await client().put(group, GAUGE);
		expect(fake.series("b")).toEqual([]);
		await client().delete(group);
		await client().delete(group);
		expect(fake.groups.size).toBe(0);
	});

	test("a refused push says why, on one line", async () => {
		await expect(client().put(group, "a 1\n")).rejects.toThrow(
			`pushgateway: PUT ${fake.url}/metrics/job/j/instance/i: got 400 collected metric "a" is not a GAUGE, wanted 200`,
		);
	});

	test.each([301, 404, 500, 503])("status %s is a failure", async (status) => {
		fake.broken = status;
		await expect(client().post(group, GAUGE)).rejects.toThrow(
			`got ${status} the gateway is ill`,
		);
	});

	test("below a path", async () => {
		const prefixed = await startFakePushgateway({ prefix: "/push/gw" });
		try {
			await client(prefixed.url).put(group, GAUGE);
			const samples: Sample[] = [];
			await client(prefixed.url).read((each) => samples.push(each));
			expect(samples.map(({ name }) => name)).toContain("a");
		} finally {
			await prefixed.close();
		}
	});

	test("https with a private CA, and not without", async () => {
		const { ca, ...tls } = LOOPBACK_TLS;
		const secure = await startFakePushgateway({ tls });
		try {
			await client(secure.url, undefined, ca).put(group, GAUGE);
			expect(secure.series("a")).toHaveLength(1);
			await expect(client(secure.url).put(group, GAUGE)).rejects.toThrow(
				/unable to verify/,
			);
		} finally {
			await secure.close();
		}
	});

	test("nobody listens", async () => {
		const { url } = fake;
		await fake.close();
		await expect(client(url).put(group, GAUGE)).rejects.toThrow(
			/^pushgateway: PUT .*ECONNREFUSED/,
		);
		fake = await startFakePushgateway();
	});

	test("no name", async () => {
		await expect(
			client("http://no-such-name.invalid").put(group, GAUGE),
		).rejects.toThrow(/^pushgateway: PUT .*no-such-name/);
	});

	test("no answer", async () => {
		fake.broken = "hang";
		await expect(client(fake.url, 50).put(group, GAUGE)).rejects.toThrow(
			/no answer within 0.05 s/,
		);
	});
});

describe("reading", () => {
	let server: Server | undefined;
	afterEach(() => server?.close());

	async function answering(...chunks: readonly string[]): Promise<string> {
		server = createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", () => {
				for (const chunk of chunks) socket.write(chunk);
			});
		});
		await new Promise<void>((r) => server?.listen(0, "127.0.0.1", r));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}
	const ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";

	test("an answer that drips is cut off", async () => {
		const url = await answering(`${ok}\r\n`, "a 1\n");
		await expect(client(url, 60).read(() => {})).rejects.toThrow(
			/no answer within 0.06 s/,
		);
	});

	test("HTML is no exposition", async () => {
		const url = await answering(`${ok}Content-Length: 7\r\n\r\n`, "<html>\n");
		await expect(client(url).read(() => {})).rejects.toThrow(/got "<html>"/);
	});

	test.each(["put", "post", "delete"] as const)(
		"a page for people is no push: %s",
		async (method) => {
			const url = await answering(
				`${ok}Content-Type: text/html; charset=utf-8\r\n\r\n`,
				"<html>\n",
			);
			await expect(client(url)[method]({ job: "j" }, GAUGE)).rejects.toThrow(
				/got an HTML page, wanted a Pushgateway/,
			);
		},
	);

	test("a line without end is refused before it fills the memory", async () => {
		const url = await answering(`${ok}\r\n`, `a{b="${"x".repeat(1 << 20)}`);
		await expect(client(url).read(() => {})).rejects.toThrow(/too large/);
	});

	test("what is not HTTP", async () => {
		const url = await answering("SSH-2.0-x\r\n");
		await expect(client(url).read(() => {})).rejects.toThrow(
			/^pushgateway: GET/,
		);
	});
});

describe("what earlier runs found", () => {
	const whole = { index: 0, count: 1 };
	const info = (tag: string, reason = "missing", repository = "infra/ci") =>
		`# TYPE ${PREFIX}_broken_tag_info gauge\n${PREFIX}_broken_tag_info{repository="${repository}",tag="${tag}",reason="${reason}",image="i",in_use="true"} 1\n`;
	const failures = (value: number) =>
		`# TYPE ${PREFIX}_failures gauge\n${PREFIX}_failures ${value}\n`;
	const push = (labels: Record<string, string>, text: string) =>
		client().put(labels, text);
	const read = (shard = whole, instance = "i") =>
		readPreviousRun(client(), JOB, instance, shard);

	test("its own group, and nobody else's", async () => {
		await push({ job: JOB, instance: "i" }, failures(3) + info("a", "digest"));
		await push({ job: "other", instance: "i" }, failures(4) + info("b"));
		await push({ job: JOB, instance: "other" }, failures(5) + info("c"));
		const { own, revisit, retired } = await read();
		expect(own).toEqual({
			failures: [{ labels: {}, value: 3 }],
			brokenTagInfo: [
				{
					labels: {
						repository: "infra/ci",
						tag: "a",
						reason: "digest",
						image: "i",
						in_use: "true",
					},
					value: 1,
				},
			],
		});
		expect(revisit).toEqual([
			{ repository: "infra/ci", tag: "a", reason: "digest" },
		]);
		expect(retired).toEqual([]);
	});

	test("an instance that needs escapes", async () => {
		const instance = 'a/"b"\\c';
		await push({ job: JOB, instance }, failures(2));
		expect((await read(whole, instance)).own.failures).toEqual([
			{ labels: {}, value: 2 },
		]);
	});

	test("nothing was ever pushed", async () => {
		expect(await read()).toEqual({ own: {}, revisit: [], retired: [] });
	});

	test("the unsharded run retires shards, and looks at their tags", async () => {
		await push({ job: JOB, instance: "i" }, failures(1));
		await push(
			{ job: JOB, instance: "i", shard: "0" },
			failures(9) + info("z"),
		);
		await push({ job: JOB, instance: "i", shard: "1" }, failures(9));
		await push({ job: JOB, instance: "i", team: "x" }, failures(9));
		await push({ job: JOB, instance: "i", shard: "1", team: "x" }, "");
		const { own, revisit, retired } = await read();
		expect(own.failures).toEqual([{ labels: {}, value: 1 }]);
		expect(revisit.map(({ tag }) => tag)).toEqual(["z"]);
		expect(retired).toEqual([
			{ job: JOB, instance: "i", shard: "0" },
			{ job: JOB, instance: "i", shard: "1" },
		]);
	});

	test("shard 0 retires the unsharded group and those that are too many", async () => {
		await push({ job: JOB, instance: "i" }, failures(1));
		for (const shard of ["0", "1", "2", "3", "01", "x"])
			await push(
				{ job: JOB, instance: "i", shard },
				failures(Number.parseInt(shard, 36)),
			);
		const { own, retired } = await read({ index: 0, count: 3 });
		expect(own.failures).toEqual([{ labels: {}, value: 0 }]);
		expect(retired.map(({ shard }) => shard)).toEqual([
			undefined,
			"3",
			"01",
			"x",
		]);
		const other = await read({ index: 2, count: 3 });
		expect(other.own.failures).toEqual([{ labels: {}, value: 2 }]);
		expect(other.retired).toEqual([]);
	});

	test.each([
		["../../x", "missing", "infra/ci"],
		["a", "missing", "../x"],
		["a", "made-up", "infra/ci"],
		["a b", "missing", "infra/ci"],
		["", "missing", "infra/ci"],
	])(
		"a tag %j with reason %j in %j is not walked",
		async (tag, reason, repository) => {
			await push({ job: JOB, instance: "i" }, info(tag, reason, repository));
			expect((await read()).revisit).toEqual([]);
		},
	);

	test("the group of a run", () => {
		expect(ownGroup("j", "i", whole)).toEqual({ job: "j", instance: "i" });
		expect(ownGroup("j", "i", { index: 2, count: 3 })).toEqual({
			job: "j",
			instance: "i",
			shard: "2",
		});
	});
});
