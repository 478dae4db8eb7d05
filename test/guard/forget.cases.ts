import { Pushgateway } from "../../lib/guard/pushgateway";
import {
	type FakePushgateway,
	startFakePushgateway,
} from "../support/fake-pushgateway";
import { runCli } from "../support/run-cli";

const GAUGE = "# TYPE a gauge\na 1\n";
let fake: FakePushgateway;

beforeEach(async () => {
	fake = await startFakePushgateway();
	const gateway = new Pushgateway({ url: fake.url, ca: undefined });
	const groups: Record<string, string>[] = [
		{ job: "registry-integrity-probe", instance: "old/x:5000" },
		{ job: "registry-integrity-probe", instance: "old/x:5000", shard: "0" },
		{ job: "registry-integrity-probe", instance: "old/x:5000", shard: "1" },
		{ job: "drift/nightly", instance: "old/x:5000", team: "a b" },
		{ job: "registry-integrity-probe", instance: "other:5000" },
		{ job: "registry-integrity-probe" },
	];
	for (const labels of groups) await gateway.put(labels, GAUGE);
});
afterEach(() => fake.close());

const forget = (...args: string[]) =>
	runCli(["forget", ...args, "--push", fake.url]);
const left = () => [...fake.groups.values()].map(({ labels }) => labels);

test("all shards and all jobs of the instance, and nothing else", async () => {
	const { code, out } = await forget("old/x:5000");
	expect(code).toBe(0);
	expect(out).toMatch(/^deleted {2}.*job="registry-integrity-probe".*\n/);
	expect(out).toMatch(/\ndeleted {2}.*team="a b".*\n/);
	expect(out).toMatch(/old\/x:5000: deleted 4 groups\n$/);
	expect(left()).toEqual([
		{ job: "registry-integrity-probe", instance: "other:5000" },
		{ job: "registry-integrity-probe" },
	]);
});

test("--job, or PUSH_JOB, keeps to one job", async () => {
	await forget("old/x:5000", "--job", "drift/nightly");
	expect(left()).toHaveLength(5);
	const { out } = await runCli(["forget", "old/x:5000"], {
		PUSHGATEWAY: fake.url,
		PUSH_JOB: "registry-integrity-probe",
	});
	expect(out).toMatch(/deleted 3 groups\n$/);
	expect(left()).toHaveLength(2);
});

test("--dry-run deletes nothing and says what it would", async () => {
	const { code, out } = await forget("old/x:5000", "--dry-run");
	expect(code).toBe(0);
	expect(out.match(/^would delete {2}/gm)).toHaveLength(4);
	expect(left()).toHaveLength(6);
	expect(fake.requests.filter((each) => each.startsWith("DELETE"))).toEqual([]);
});

test("an instance that is not there is forgotten already, and the others are named", async () => {
	const { code, out } = await forget("old");
	expect(code).toBe(0);
	expect(out).toBe(
		"old: no group, nothing to forget\nthere are: old/x:5000, other:5000\n",
	);
	expect(left()).toHaveLength(6);
});

test("--json", async () => {
	const { out } = await forget("other:5000", "--json");
	const group = { job: "registry-integrity-probe", instance: "other:5000" };
	expect(JSON.parse(out)).toEqual({
		schema: 1,
		version: "1.2.3",
		command: "forget",
		instance: "other:5000",
		job: null,
		dryRun: false,
		groups: [group],
		deleted: [group],
	});
});

test.each(["GET", "DELETE"])(
	"the Pushgateway fails at %s: exit 3, one line",
	async (method) => {
		fake.broken = 500;
		fake.brokenMethod = method;
		const { code, err, out } = await forget("old/x:5000");
		expect(code).toBe(3);
		expect(err).toMatch(
			/^pushgateway: .*got 500 the gateway is ill, wanted \d+\n$/,
		);
		expect(out).toBe(
			method === "GET" ? "" : "old/x:5000: deleted 0 groups of 4\n",
		);
		expect(left()).toHaveLength(6);
	},
);

test("without a Pushgateway or an instance: exit 2, both said", async () => {
	const { code, err } = await runCli(["forget"]);
	expect(code).toBe(2);
	expect(err).toMatch(/INSTANCE: missing.*\n.*--push: missing/);
});
