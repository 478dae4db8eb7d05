import { parseCommandLine } from "../../lib/guard/command-line";
import type {
	ForgetConfig,
	ProbeConfig,
	VerifyConfig,
} from "../../lib/guard/config";
import { parseConfig } from "../../lib/guard/parse-config";
import { UsageError } from "../../lib/guard/usage-error";
import { LOOPBACK_TLS } from "../support/loopback-tls";

const URL = "https://registry.example.com:5050";
const FILES: Record<string, string> = {
	"/user": "robot\n",
	"/pass": "s3cret-pass\r\n",
	"/empty": "\n",
	"/not-json": '{"auths": s3cret-pass',
	"/not-object": "[]",
	"/auths-list": '{"auths": []}',
	"/no-pem": "hello",
	"/bad-pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
};

function readFile(path: string): string {
	const text = FILES[path];
	if (text === undefined)
		throw Object.assign(new Error("no such file"), { code: "ENOENT" });
	return text;
}

function parse<T>(argv: string, env: Record<string, string> = {}): T {
	const line = parseCommandLine(argv.split(" ").filter(Boolean));
	return parseConfig(line, env, readFile) as T;
}

function mistakes(argv: string, env: Record<string, string> = {}): string[] {
	try {
		parse(argv, env);
	} catch (error) {
		if (error instanceof UsageError) return error.message.split("\n");
		throw error;
	}
	throw new Error(`no mistake found in: ${argv} ${JSON.stringify(env)}`);
}

function authFile(config: unknown): Record<string, string> {
	FILES["/auth"] = JSON.stringify(config);
	return { REGISTRY_AUTH_FILE: "/auth" };
}

const basic = (text: string) => Buffer.from(text).toString("base64");

describe("defaults", () => {
	test("probe", () => {
		const { credentialsFor, ...config } = parse<ProbeConfig>(`probe ${URL}`);
		expect(credentialsFor("registry.example.com:5050")).toBeUndefined();
		expect(config).toEqual({
			command: "probe",
			registry: { origin: URL, host: "registry.example.com:5050" },
			instance: "registry.example.com:5050",
			pullHosts: ["registry.example.com:5050"],
			ca: undefined,
			realmHosts: [],
			mode: "tail",
			fullRotation: 0,
			tagsPerRepo: 0,
			repos: [],
			shard: { index: 0, count: 1 },
			concurrency: 8,
			deadline: 600_000,
			windowLength: 900_000,
			minRepositories: 1,
			cluster: undefined,
			push: undefined,
			output: "text",
			report: undefined,
			exitZero: false,
			referrers: false,
		});
	});

	test("verify reads every byte", () => {
		const config = parse<VerifyConfig>("verify r.example.com/a:1");
		expect(config).toMatchObject({
			mode: "full",
			expectEqual: false,
			deadline: 600_000,
		});
	});

	test("forget takes all jobs", () => {
		const config = parse<ForgetConfig>(
			"forget old:5000 --push http://pgw:9091/",
		);
		expect(config).toMatchObject({
			instance: "old:5000",
			job: undefined,
			push: "http://pgw:9091",
			dryRun: false,
		});
	});
});

describe("environment", () => {
	const env = {
		REGISTRY_URL: "http://forgejo.forgejo.svc.cluster.local",
		REGISTRY_PLAIN_HTTP: "true",
		REGISTRY_INSTANCE: "forgejo.example.com",
		REG_USER: "puller",
		REG_PASS: "pa:ss word",
		REGISTRY_REALM_HOSTS: "forgejo.example.com, auth.example.com:8443",
		REGISTRY_PULL_HOSTS: "forgejo.example.com",
		PROBE_MODE: "head",
		PROBE_FULL_ROTATION: "672",
		TAGS_PER_REPO: "5",
		SHARDS: "4",
		JOB_COMPLETION_INDEX: "3",
		PROBE_CONCURRENCY: "4",
		PROBE_DEADLINE: "12m",
		PROBE_SCHEDULE_SECONDS: "900",
		MIN_REPOSITORIES: "0",
		PROBE_IN_USE: "kubernetes",
		KUBERNETES_SERVICE_HOST: "10.96.0.1",
		KUBERNETES_SERVICE_PORT: "443",
		PUSHGATEWAY: "http://pgw.monitoring:9091/prefix/",
		PUSH_JOB: "forgejo-integrity-probe",
		PROBE_EXIT_ZERO: "true",
	};

	test("says all that a CronJob needs", () => {
		const { credentialsFor, ...config } = parse<ProbeConfig>("probe", env);
		expect(credentialsFor("forgejo.forgejo.svc.cluster.local")).toEqual({
			user: "puller",
			password: "pa:ss word",
		});
		expect(credentialsFor("forgejo.example.com")).toBeUndefined();
		expect(config).toEqual({
			command: "probe",
			registry: {
				origin: "http://forgejo.forgejo.svc.cluster.local",
				host: "forgejo.forgejo.svc.cluster.local",
			},
			instance: "forgejo.example.com",
			pullHosts: ["forgejo.example.com"],
			ca: undefined,
			realmHosts: ["forgejo.example.com", "auth.example.com:8443"],
			mode: "head",
			fullRotation: 672,
			tagsPerRepo: 5,
			repos: [],
			shard: { index: 3, count: 4 },
			concurrency: 4,
			deadline: 720_000,
			windowLength: 900_000,
			minRepositories: 0,
			cluster: { host: "10.96.0.1", port: "443" },
			push: {
				url: "http://pgw.monitoring:9091/prefix",
				job: "forgejo-integrity-probe",
			},
			output: "text",
			report: undefined,
			exitZero: true,
			referrers: false,
		});
	});

	test("flags beat it", () => {
		const config = parse<ProbeConfig>(
			`probe ${URL} --instance i --mode full --full-rotation 2 --tags-per-repo=0 --concurrency 1 --deadline 90s --window-length 1h --min-repositories 7 --push https://p --job j --json`,
			{ ...env, SHARDS: "", PROBE_SCHEDULE_SECONDS: "60" },
		);
		expect(config).toMatchObject({
			registry: { origin: URL },
			instance: "i",
			mode: "full",
			fullRotation: 2,
			tagsPerRepo: 0,
			concurrency: 1,
			deadline: 90_000,
			windowLength: 3_600_000,
			minRepositories: 7,
			push: { url: "https://p", job: "j" },
			output: "json",
			shard: { index: 0, count: 1 },
		});
	});

	test("set to the empty string is not set", () => {
		const empty = Object.fromEntries(Object.keys(env).map((k) => [k, ""]));
		const config = parse<ProbeConfig>("probe", {
			...empty,
			REGISTRY_HOST: "registry.example.com:5050",
		});
		expect(config).toMatchObject({
			registry: { origin: URL },
			mode: "tail",
			push: undefined,
			exitZero: false,
		});
	});

	test("REGISTRY_URL beats REGISTRY_HOST", () => {
		const config = parse<ProbeConfig>("probe", {
			REGISTRY_URL: URL,
			REGISTRY_HOST: "other:5000",
		});
		expect(config.registry.origin).toBe(URL);
	});

	test("variables of another command do not matter", () => {
		const config = parse<VerifyConfig>("verify r.example.com/a", {
			PUSHGATEWAY: "nonsense",
			PROBE_REPOS: "a",
			SHARDS: "x",
		});
		expect(config.targets).toHaveLength(1);
	});

	test("the schedule is the window", () => {
		const config = parse<ProbeConfig>(`probe ${URL}`, {
			PROBE_SCHEDULE_SECONDS: "3600",
		});
		expect(config.windowLength).toBe(3_600_000);
	});

	test("globs from flag and variable", () => {
		expect(
			parse<ProbeConfig>(`probe ${URL} --repo infra/*,a --repo **`).repos,
		).toEqual(["infra/*", "a", "**"]);
		expect(
			parse<ProbeConfig>(`probe ${URL}`, { PROBE_REPOS: "a, b/**,," }).repos,
		).toEqual(["a", "b/**"]);
	});
});

describe("mistakes, each with what was expected and the next step", () => {
	test.each<[string, Record<string, string>, RegExp]>([
		["", {}, /no command given; wanted one of probe, verify, doctor, forget/],
		["sweep /data", {}, /command: got "sweep"; wanted one of probe/],
		["constructor", {}, /command: got "constructor"/],
		["probe", {}, /REGISTRY: missing; wanted the registry.*REGISTRY_URL/],
		[`probe ${URL} other`, {}, /operand "other": one too many/],
		[`probe ${URL} --nope`, {}, /--nope: no such flag/],
		[`probe ${URL} -x`, {}, /-x: no such flag/],
		[`probe ${URL} --no-json`, {}, /--no-json: no such flag/],
		[`probe ${URL} --expect-equal`, {}, /--expect-equal: no flag of probe/],
		[`verify r.example.com/a --push http://p`, {}, /--push: no flag of verify/],
		[`probe ${URL} --json=yes`, {}, /--json: got a value; wanted none/],
		[`probe ${URL} --mode`, {}, /--mode: value missing/],
		[`probe ${URL} --mode=`, {}, /--mode: value missing/],
		[`probe ${URL} --mode --json`, {}, /--mode: value missing.*--mode=VALUE/],
		[
			`probe ${URL} --mode deep`,
			{},
			/--mode: got "deep"; wanted one of head, tail, full/,
		],
		[
			`probe ${URL} --concurrency 0`,
			{},
			/--concurrency: got "0"; wanted a whole number from 1/,
		],
		[`probe ${URL} --concurrency 1e3`, {}, /--concurrency: got "1e3"/],
		[`probe ${URL} --full-rotation -1`, {}, /--full-rotation: value missing/],
		[`probe ${URL} --full-rotation=-1`, {}, /--full-rotation: got "-1"/],
		[`probe ${URL}`, { TAGS_PER_REPO: "ten" }, /TAGS_PER_REPO: got "ten"/],
		[
			`probe ${URL}`,
			{ MIN_REPOSITORIES: "99999999999999999999" },
			/MIN_REPOSITORIES: got/,
		],
		[
			`probe ${URL} --deadline 10`,
			{},
			/--deadline: got "10"; wanted a duration/,
		],
		[`probe ${URL} --deadline 0s`, {}, /--deadline: got "0s"/],
		[`probe ${URL} --deadline 10d`, {}, /--deadline: got "10d"/],
		[
			`probe ${URL}`,
			{ PROBE_SCHEDULE_SECONDS: "15m" },
			/PROBE_SCHEDULE_SECONDS: got "15m"; wanted a whole number/,
		],
		[
			`probe ${URL}`,
			{ PROBE_SCHEDULE_SECONDS: "0" },
			/PROBE_SCHEDULE_SECONDS: got "0"/,
		],
		[
			`probe ${URL}`,
			{ PROBE_EXIT_ZERO: "yes" },
			/PROBE_EXIT_ZERO: got "yes"; wanted true or false/,
		],
		[
			`probe ${URL}`,
			{ REGISTRY_PLAIN_HTTP: "1" },
			/REGISTRY_PLAIN_HTTP: got "1"/,
		],
		[
			"probe ftp://registry.example.com",
			{},
			/REGISTRY: got "ftp:\/\/registry.example.com"; wanted https:/,
		],
		[
			"probe http://registry.example.com",
			{},
			/REGISTRY: got http:\/\/registry.example.com; wanted https:.*REGISTRY_PLAIN_HTTP/,
		],
		[
			`probe ${URL}/v2/`,
			{},
			/REGISTRY: got ".*\/v2\/"; wanted https:\/\/host\[:port\] and nothing after/,
		],
		["probe https://registry.example.com:99999", {}, /REGISTRY: got/],
		["probe https://", {}, /REGISTRY: got/],
		[
			"probe",
			{ REGISTRY_URL: "registry.example.com:5050" },
			/REGISTRY_URL: got.*write https:\/\/registry/,
		],
		["probe", { REGISTRY_URL: `${URL}/viktor` }, /REGISTRY_URL: got/],
		["probe", { REGISTRY_URL: `${URL}?a=b` }, /REGISTRY_URL: got ".*\?\*\*\*"/],
		[
			"probe",
			{ REGISTRY_HOST: URL },
			/REGISTRY_HOST: got.*wanted host\[:port\]/,
		],
		[`probe ${URL} --instance=a\tb`, {}, /--instance: got/],
		[
			`probe ${URL} --realm-hosts https://auth.example.com`,
			{},
			/--realm-hosts: got ".*"; wanted host\[:port\]/,
		],
		[`probe ${URL} --pull-hosts a/b,ok`, {}, /--pull-hosts: got "a\/b"/],
		[
			`probe ${URL} --pull-hosts ,`,
			{},
			/--pull-hosts: got ","; wanted at least one/,
		],
		[`probe ${URL} --repo Infra`, {}, /--repo: got "Infra"; wanted a glob/],
		[`probe ${URL} --repo /a`, {}, /--repo: got "\/a"/],
		[`probe ${URL} --repo a --push http://p`, {}, /--repo and --push: both/],
		[
			`probe ${URL} --repo a`,
			{ PUSHGATEWAY: "http://p" },
			/--repo and PUSHGATEWAY: both.*unset PUSHGATEWAY/,
		],
		[
			`probe ${URL}`,
			{ PROBE_REPOS: "a", PUSHGATEWAY: "http://p" },
			/PROBE_REPOS and PUSHGATEWAY: both/,
		],
		[`probe ${URL} --shard 3/3`, {}, /--shard: got "3\/3"; wanted I\/N/],
		[`probe ${URL} --shard 0/0`, {}, /--shard: got/],
		[`probe ${URL} --shard 1`, {}, /--shard: got/],
		[`probe ${URL}`, { SHARDS: "3" }, /SHARDS without JOB_COMPLETION_INDEX/],
		[
			`probe ${URL}`,
			{ SHARDS: "3", JOB_COMPLETION_INDEX: "3" },
			/JOB_COMPLETION_INDEX: got 3 with SHARDS=3/,
		],
		[
			`probe ${URL}`,
			{ SHARDS: "3", JOB_COMPLETION_INDEX: "x" },
			/JOB_COMPLETION_INDEX: got "x"/,
		],
		[
			`probe ${URL} --shard 0/4`,
			{ SHARDS: "3" },
			/--shard 0\/4 and SHARDS=3: they contradict/,
		],
		[
			`probe ${URL} --shard 0/3`,
			{ SHARDS: "3", JOB_COMPLETION_INDEX: "1" },
			/contradict/,
		],
		[`probe ${URL} --push pgw:9091`, {}, /--push: got "pgw:9091"; wanted http/],
		[
			`probe ${URL} --push http://pgw/metrics/job/x`,
			{},
			/--push: got.*without \/metrics/,
		],
		[`probe ${URL} --push http://pgw?x`, {}, /--push: got/],
		[`probe ${URL} --json --metrics`, {}, /--json and --metrics: both given/],
		[
			`probe ${URL} --in-use docker`,
			{},
			/--in-use: got "docker"; wanted kubernetes/,
		],
		[
			`probe ${URL} --in-use kubernetes`,
			{},
			/--in-use: KUBERNETES_SERVICE_HOST/,
		],
		[
			`probe ${URL} --ca-file /none`,
			{},
			/--ca-file: got "\/none"; wanted a file that can be read \(ENOENT\)/,
		],
		[
			`probe ${URL} --ca-file /no-pem`,
			{},
			/--ca-file: got "\/no-pem"; wanted a PEM bundle/,
		],
		[
			`probe ${URL} --ca-file /bad-pem`,
			{},
			/--ca-file: got "\/bad-pem"; wanted a PEM bundle/,
		],
		["verify", {}, /REF: missing/],
		["verify alpine:3.20", {}, /reference "alpine:3.20": got no registry host/],
		["verify r.example.com/A:1", {}, /wanted lower case/],
		["verify r.example.com/a@sha256:12", {}, /malformed digest/],
		[
			"verify http://r.example.com/a",
			{},
			/REF http:\/\/r.example.com\/a: got http:\/\/r.example.com; wanted https/,
		],
		[
			"verify http://registry.example.com:5050/a",
			{ REGISTRY_URL: URL, REGISTRY_PLAIN_HTTP: "true" },
			/http:\/\/ on a host that REGISTRY_URL calls https; wanted no downgrade/,
		],
		["doctor", {}, /REGISTRY: missing/],
		["forget", { PUSHGATEWAY: "http://p" }, /INSTANCE: missing/],
		["forget a", {}, /--push: missing/],
		["forget a b --push http://p", {}, /operand "b": one too many/],
	])("%s %j", (argv, env, expected) => {
		const found = mistakes(argv, env);
		expect(found).toHaveLength(1);
		expect(found[0]).toMatch(expected);
	});

	test("all of them at once", () => {
		const found = mistakes("probe http://r.example.com --mode x --nope", {
			SHARDS: "2",
			REG_USER: "u",
			PROBE_DEADLINE: "soon",
			REGISTRY_CA_FILE: "/none",
			PUSHGATEWAY: "pgw",
		});
		expect(found.map((each) => each.split(/[:;] /)[0])).toEqual([
			"--nope",
			"REGISTRY",
			"REG_USER without REG_PASS",
			"PUSHGATEWAY",
			"REGISTRY_CA_FILE",
			"--mode",
			"PROBE_DEADLINE",
			"SHARDS without JOB_COMPLETION_INDEX",
		]);
	});
});

describe("plain http", () => {
	test.each([
		"http://localhost:5000",
		"http://127.0.0.1:5000",
		"http://[::1]:5000",
	])("%s is loopback", (url) => {
		expect(parse<ProbeConfig>(`probe ${url}`).registry.origin).toBe(url);
	});

	test.each([
		"http://127.0.0.1.example.com",
		"http://localhost.example.com",
		"http://10.0.0.1",
	])("%s is not", (url) => {
		expect(mistakes(`probe ${url}`)[0]).toMatch(/only for loopback/);
	});

	test("a REF is https unless it or an http REGISTRY_URL says otherwise", () => {
		const origins = (refs: string, env: Record<string, string> = {}) =>
			parse<VerifyConfig>(`verify ${refs}`, env).targets.map(
				(each) => each.registry.origin,
			);
		expect(origins("localhost:5000/a http://localhost:5000/a")).toEqual([
			"https://localhost:5000",
			"http://localhost:5000",
		]);
		const env = { REGISTRY_URL: "http://reg:80", REGISTRY_PLAIN_HTTP: "true" };
		expect(
			origins("reg:80/a reg:81/a https://reg:80/a http://reg:82/a", env),
		).toEqual([
			"http://reg",
			"https://reg:81",
			"https://reg:80",
			"http://reg:82",
		]);
	});

	test("a REF on a pull host is read from the registry behind it", () => {
		const { targets } = parse<VerifyConfig>(
			"verify registry.example.com/a:1 other.example.com/a:1",
			{ REGISTRY_URL: URL, REGISTRY_PULL_HOSTS: "registry.example.com" },
		);
		expect(targets.map((each) => each.registry.origin)).toEqual([
			URL,
			"https://other.example.com",
		]);
	});
});

describe("credentials", () => {
	test("from files, without the line break at the end", () => {
		const config = parse<ProbeConfig>(`probe ${URL}`, {
			REG_USER_FILE: "/user",
			REG_PASS_FILE: "/pass",
		});
		expect(config.credentialsFor("registry.example.com:5050")).toEqual({
			user: "robot",
			password: "s3cret-pass",
		});
	});

	test("verify: for the one host that the REFs name", () => {
		const config = parse<VerifyConfig>(
			"verify a.example.com/x a.example.com/y",
			{ REG_USER: "u", REG_PASS: "p" },
		);
		expect(config.credentialsFor("a.example.com")).toEqual({
			user: "u",
			password: "p",
		});
	});

	test("verify: where there is a registry, for no other host", () => {
		const config = parse<VerifyConfig>(
			"verify registry.example.com:5050/x b.example.com/y",
			{ REGISTRY_URL: URL, REG_USER: "u", REG_PASS: "p" },
		);
		expect(config.credentialsFor("registry.example.com:5050")).toBeDefined();
		expect(config.credentialsFor("b.example.com")).toBeUndefined();
	});

	test.each<[string, Record<string, string>, RegExp]>([
		[
			`probe ${URL}`,
			{ REG_USER: "u" },
			/REG_USER without REG_PASS; wanted both or neither/,
		],
		[`probe ${URL}`, { REG_PASS: "s3cret-pass" }, /REG_PASS without REG_USER/],
		[
			`probe ${URL}`,
			{ REG_USER: "u", REG_USER_FILE: "/user", REG_PASS: "s3cret-pass" },
			/REG_USER and REG_USER_FILE: both are set/,
		],
		[
			`probe ${URL}`,
			{ REG_USER: "u", REG_PASS_FILE: "/none" },
			/REG_PASS_FILE: got "\/none"; wanted a file/,
		],
		[
			`probe ${URL}`,
			{ REG_USER: "u", REG_PASS_FILE: "/empty" },
			/REG_PASS_FILE: the file is empty/,
		],
		[
			`probe ${URL}`,
			{ REG_USER: "u", REG_PASS: "s3cret-pass\n" },
			/REG_PASS: got a line break/,
		],
		[
			`probe ${URL}`,
			{ REG_USER: "u:v", REG_PASS: "s3cret-pass" },
			/REG_USER: got a colon/,
		],
		[
			"verify a.example.com/x b.example.com/x",
			{ REG_USER: "u", REG_PASS: "s3cret-pass" },
			/REG_USER and REG_PASS: the REFs name 2 hosts.*--auth-file/,
		],
		[
			"probe https://u:s3cret-pass@registry.example.com",
			{},
			/REGISTRY: got "https:\/\/\*\*\*@registry.example.com"/,
		],
		[
			"probe u:s3cret-pass@registry.example.com",
			{},
			/REGISTRY: got "\*\*\*@registry/,
		],
		[
			"probe https://u:p/s3cret-pass@registry.example.com",
			{},
			/REGISTRY: got "https:\/\/\*\*\*@/,
		],
		[
			"probe",
			{ REGISTRY_URL: "https://registry.example.com?token=s3cret-pass" },
			/REGISTRY_URL: got/,
		],
		[
			"probe",
			{ REGISTRY_HOST: "u:s3cret-pass@registry.example.com" },
			/REGISTRY_HOST: got/,
		],
		[
			`probe ${URL} --push http://u:s3cret-pass@pgw`,
			{},
			/--push: got "http:\/\/\*\*\*@pgw"/,
		],
		[
			"verify https://u:s3cret-pass@registry.example.com/a:1",
			{},
			/got credentials, wanted none/,
		],
		["u:s3cret-pass@x", {}, /command: got "\*\*\*@x"/],
		[
			`probe ${URL} --auth-file /none`,
			{},
			/--auth-file: got "\/none"; wanted a file/,
		],
		[
			`probe ${URL} --auth-file /not-json`,
			{},
			/--auth-file: got.*it is not JSON\)/,
		],
		[`probe ${URL} --auth-file /not-object`, {}, /not a JSON object/],
		[`probe ${URL} --auth-file /auths-list`, {}, /its auths is not an object/],
	])("%s %j", (argv, env, expected) => {
		const found = mistakes(argv, env);
		expect(found).toHaveLength(1);
		expect(found[0]).toMatch(expected);
		expect(found[0]).not.toMatch(/s3cret/);
	});
});

describe("auth file", () => {
	const host = "registry.example.com:5050";
	const entry = { auth: basic("robot:pa:ss") };
	const found = { user: "robot", password: "pa:ss" };
	const lookup = (config: unknown, where = host) =>
		parse<ProbeConfig>(
			`probe https://${where}`,
			authFile(config),
		).credentialsFor(where);

	test.each([
		host,
		`https://${host}`,
		`https://${host}/`,
		`http://${host}/v2/`,
		`https://${host}/v1/`,
		host.toUpperCase(),
	])("key %s", (key) => {
		expect(
			lookup({ auths: { other: { auth: basic("x:y") }, [key]: entry } }),
		).toEqual(found);
	});

	test("Docker Hub's key", () => {
		const auths = { "https://index.docker.io/v1/": entry };
		expect(lookup({ auths }, "registry-1.docker.io")).toEqual(found);
	});

	test("username and password", () => {
		const auths = { [host]: { username: "robot", password: "pa:ss" } };
		expect(lookup({ auths })).toEqual(found);
	});

	test("no entry: anonymous, and another host's entry is never used", () => {
		expect(lookup({})).toBeUndefined();
		expect(
			lookup({ auths: { "registry.example.com": entry } }),
		).toBeUndefined();
		expect(lookup({ auths: { [`evil.com/${host}`]: entry } })).toBeUndefined();
		expect(lookup({ auths: {}, credsStore: "desktop" })).toBeUndefined();
	});

	test("an entry per host for verify", () => {
		const config = parse<VerifyConfig>(
			"verify a.example.com/x b.example.com/x c.example.com/x",
			authFile({
				auths: {
					"a.example.com": { auth: basic("a:1") },
					"b.example.com": { auth: basic("b:2") },
				},
			}),
		);
		expect(
			["a", "b", "c"].map(
				(h) => config.credentialsFor(`${h}.example.com`)?.user,
			),
		).toEqual(["a", "b", undefined]);
	});

	test("REG_USER is the nearer word", () => {
		const env = {
			...authFile({ auths: { [host]: entry } }),
			REG_USER: "u",
			REG_PASS: "p",
		};
		const config = parse<ProbeConfig>(`probe https://${host}`, env);
		expect(config.credentialsFor(host)?.user).toBe("u");
	});

	test.each<[string, unknown, RegExp]>([
		[
			"helper of the host",
			{ credHelpers: { [host]: "vault" } },
			/credential helper/,
		],
		[
			"store",
			{ auths: { [host]: {} }, credsStore: "desktop" },
			/credential helper/,
		],
		["no base64", { auths: { [host]: { auth: "s3cret!" } } }, /not base64/],
		[
			"no colon",
			{ auths: { [host]: { auth: basic("s3cret") } } },
			/not user:password/,
		],
		[
			"no password",
			{ auths: { [host]: { auth: basic("s3cret:") } } },
			/not user:password/,
		],
		[
			"no user",
			{ auths: { [host]: { auth: basic(":s3cret") } } },
			/not user:password/,
		],
		["number", { auths: { [host]: 5 } }, /not an object/],
		[
			"half",
			{ auths: { [host]: { username: "s3cret" } } },
			/not both username and password/,
		],
		[
			"token",
			{ auths: { [host]: { identitytoken: "s3cret" } } },
			/identity token/,
		],
	])("%s", (_, config, expected) => {
		const [line, ...others] = mistakes(
			`probe https://${host}`,
			authFile(config),
		);
		expect(others).toEqual([]);
		expect(line).toContain(`REGISTRY_AUTH_FILE: ${host}: `);
		expect(line).toMatch(expected);
		expect(line).not.toMatch(/s3cret/);
	});

	test("an entry of another host is not judged", () => {
		const auths = { [host]: entry, "bad.example.com": { auth: "!" } };
		expect(lookup({ auths })).toEqual(found);
	});
});

test("a sound CA bundle is taken, the text around it is not", () => {
	const pem = LOOPBACK_TLS.ca.trim();
	FILES["/ca"] = `# our CA\n${pem}\n# and again\n${pem}\n`;
	const config = parse<ProbeConfig>(`probe ${URL} --ca-file /ca`);
	expect(config.ca).toBe(`${pem}\n${pem}`);
});
