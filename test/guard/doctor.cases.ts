import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { DOCTOR_STEPS } from "../../lib/guard/doctor-step";
import {
	type EmbeddedOptions,
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { startFakePushgateway } from "../support/fake-pushgateway";
import { image } from "../support/images";
import { LOOPBACK_TLS } from "../support/loopback-tls";
import { runCli } from "../support/run-cli";

let registry: EmbeddedRegistry | undefined;
let server: Server | undefined;
afterEach(async () => {
	await registry?.close();
	server?.close();
	registry = server = undefined;
});

async function start(options: EmbeddedOptions = {}): Promise<EmbeddedRegistry> {
	registry = await startEmbeddedRegistry(options);
	registry.store.put("team/app", image("a"), "v1");
	return registry;
}

async function listen(host: string): Promise<string> {
	await new Promise<void>((done) => server?.listen(0, host, done));
	const address = server?.address() as AddressInfo;
	return `${host}:${address.port}`;
}

/** Exit code and a line per step, without the addresses. */
async function examine(
	args: readonly string[],
	env: Record<string, string> = {},
): Promise<{ code: number; steps: Record<string, string>; out: string }> {
	const { code, out } = await runCli(["doctor", ...args], env, {
		readFile: (path) => (path === "/ca" ? LOOPBACK_TLS.ca : ""),
	});
	const steps = Object.fromEntries(
		out
			.split("\n")
			.map((line) => /^(\w+) +(.*)$/.exec(line))
			.flatMap((found) => (found ? [[found[1], found[2]]] : [])),
	);
	return { code, steps, out };
}

/** The one step that failed and what comes below it. */
function failure(out: string): string {
	const lines = out.split("\n");
	const at = lines.findIndex((line) => /^\w+ +FAIL/.test(line));
	expect(lines.filter((line) => /^\w+ +FAIL/.test(line))).toHaveLength(1);
	for (const later of lines.slice(at + 2).filter(Boolean))
		expect(later).toMatch(/^\w+ +-- +not looked at$/);
	return lines.slice(at, at + 2).join("\n");
}

test("a healthy registry: one line each, exit 0", async () => {
	const { origin } = await start();
	const { code, steps } = await examine([origin]);
	expect(code).toBe(0);
	expect(Object.keys(steps)).toEqual([...DOCTOR_STEPS]);
	expect(steps).toMatchObject({
		name: "ok    127.0.0.1 is an address",
		tcp: expect.stringMatching(/^ok {4}connected to 127.0.0.1 port \d+$/),
		tls: "--    does not apply",
		auth: "ok    no credentials asked for",
		catalog: "ok    readable, 1 repositories on its first page",
		pushgateway: "--    does not apply",
	});
});

test("TLS with a private CA, credentials, Pushgateway", async () => {
	const { origin } = await start({
		tls: LOOPBACK_TLS,
		auth: { kind: "basic", user: "u", password: "p" },
	});
	const gateway = await startFakePushgateway();
	const url = origin.replace("127.0.0.1", "localhost");
	const args = [url, "--ca-file", "/ca", "--push", gateway.url];
	const { code, steps } = await examine(args, { REG_USER: "u", REG_PASS: "p" });
	await gateway.close();
	expect(steps).toMatchObject({
		name: expect.stringMatching(/^ok {4}localhost is .*127.0.0.1/),
		tls: expect.stringMatching(
			/^ok {4}TLSv1.3, certificate ends 2\d\d\d-\d\d-\d\dT.*, in \d{5} days$/,
		),
		auth: "ok    asked for credentials, ours are accepted",
		pushgateway: expect.stringMatching(
			/^ok {4}answers, no push for localhost:\d+ yet$/,
		),
	});
	expect(code).toBe(0);
});

describe("the first failure is explained and ends it, exit 3", () => {
	test("name", async () => {
		const { code, out } = await examine(["no-such-name.invalid"]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(/^name +FAIL .*no-such-name.invalid\n +.*DNS/);
	});

	test("port", async () => {
		const { origin } = await start();
		await registry?.close();
		const { code, out } = await examine([origin]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(
			/^tcp +FAIL .*ECONNREFUSED.*\n +nothing listens there/,
		);
	});

	test("private CA unknown", async () => {
		const { origin } = await start({ tls: LOOPBACK_TLS });
		const { code, out } = await examine([origin]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(/^tls +FAIL .*\n +give its CA with --ca-file/);
	});

	test("name that the certificate does not have", async () => {
		server = createTlsServer(LOOPBACK_TLS);
		const address = await listen("127.0.0.2");
		const { out } = await examine([`https://${address}`, "--ca-file", "/ca"]);
		expect(failure(out)).toMatch(
			/^tls +FAIL .*127.0.0.2.*\n +use a name of the certificate/,
		);
	});

	test("plain http behind https", async () => {
		const { host } = await start();
		const { out } = await examine([host]);
		expect(failure(out)).toMatch(/^tls +FAIL .*\n +this port speaks no TLS/);
	});

	test("credentials asked for and none given", async () => {
		const { origin } = await start({
			auth: { kind: "basic", user: "u", password: "p" },
		});
		const { code, out } = await examine([origin]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(
			/^auth +FAIL .*none are configured\n +set REG_USER/,
		);
	});

	test("credentials refused", async () => {
		const { origin } = await start({
			auth: { kind: "basic", user: "u", password: "p" },
		});
		const { out } = await examine([origin], {
			REG_USER: "u",
			REG_PASS: "s3cret",
		});
		expect(failure(out)).toMatch(/^auth +FAIL .*\n +look at the credentials/);
		expect(out).not.toContain("s3cret");
	});

	test("credentials that nobody asks for", async () => {
		const { origin } = await start();
		const { out } = await examine([origin], { REG_USER: "u", REG_PASS: "p" });
		expect(failure(out)).toMatch(
			/^auth +FAIL .*asks for no credentials.*\n +is this the right registry/,
		);
	});

	test("what is no registry", async () => {
		const { origin } = await start();
		if (registry)
			registry.before = (_, response) => {
				response.writeHead(200, { "content-type": "text/html" }).end("<html>");
				return true;
			};
		const { out } = await examine([origin]);
		expect(failure(out)).toMatch(
			/^(auth|catalog) +FAIL .*\n +what answers there is no registry/,
		);
	});

	test("Pushgateway", async () => {
		const { origin } = await start();
		const gateway = await startFakePushgateway();
		await gateway.close();
		const { code, out } = await examine([origin, "--push", gateway.url]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(
			/^pushgateway +FAIL .*ECONNREFUSED.*\n +look at the Pushgateway/,
		);
	});

	test("a server that accepts and never answers ends with the deadline", async () => {
		server = createServer((socket) => socket.on("error", () => {}));
		const address = await listen("127.0.0.1");
		const began = Date.now();
		const { code, out } = await examine([
			`http://${address}`,
			"--deadline",
			"1s",
		]);
		expect(code).toBe(3);
		expect(failure(out)).toMatch(/^auth +FAIL/);
		expect(Date.now() - began).toBeLessThan(3000);
	});
});

test("an empty catalog is readable, and said loudly", async () => {
	registry = await startEmbeddedRegistry();
	const { code, steps } = await examine([registry.origin]);
	expect(code).toBe(0);
	expect(steps.catalog).toMatch(/EMPTY/);
});

test("--json", async () => {
	const { origin, host } = await start();
	const { code, out } = await runCli(["doctor", origin, "--json"]);
	expect(code).toBe(0);
	const report = JSON.parse(out);
	expect(report).toMatchObject({
		schema: 1,
		command: "doctor",
		registry: origin,
		instance: host,
	});
	expect(
		report.steps.map((each: { step: string; status: string }) => [
			each.step,
			each.status,
		]),
	).toEqual([
		["name", "ok"],
		["tcp", "ok"],
		["tls", "skipped"],
		["auth", "ok"],
		["catalog", "ok"],
		["pushgateway", "skipped"],
	]);
});
