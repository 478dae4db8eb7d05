import { ParseError } from "../../lib/oci/parse-error";
import { parseReference } from "../../lib/oci/reference";

const SHA = `sha256:${"a".repeat(64)}`;

describe("parseReference", () => {
	test.each([
		["registry.example.com/app", "registry.example.com", "app", "latest"],
		[
			"r.io:5000/a/b-c/d__e.f:v1.2_x-Y",
			"r.io:5000",
			"a/b-c/d__e.f",
			"v1.2_x-Y",
		],
		["localhost/app", "localhost", "app", "latest"],
		["10.0.20.10:5050/app:v1", "10.0.20.10:5050", "app", "v1"],
		["[::1]:5000/app", "[::1]:5000", "app", "latest"],
		["[fe80::1]/app:v1", "[fe80::1]", "app", "v1"],
		["R.IO/app", "r.io", "app", "latest"],
		["https://registry/app:v1", "registry", "app", "v1"],
		[`r.io/app@${SHA}`, "r.io", "app", SHA],
		[`r.io/app:v1@${SHA}`, "r.io", "app", SHA],
		[
			`r.io/app@sha512:${"b".repeat(128)}`,
			"r.io",
			"app",
			`sha512:${"b".repeat(128)}`,
		],
		["r.io/app@blake3:abc", "r.io", "app", "blake3:abc"],
	])("%s", (text, host, repository, reference) => {
		const plainHttp = false;
		expect(parseReference(text)).toEqual({
			text,
			plainHttp,
			host,
			repository,
			reference,
		});
	});

	test("plain http only where it is written", () => {
		expect(parseReference("http://registry:5000/app:v1")).toMatchObject({
			plainHttp: true,
			host: "registry:5000",
		});
	});

	test.each([
		["", "got nothing"],
		[
			"app:v1",
			'no registry host, wanted host[:port]/repository[:tag][@digest]: write "registry.example.com/app:v1"',
		],
		["team/app", 'write "registry.example.com/team/app"'],
		["/app", "no registry host"],
		["http://r.io", "no repository"],
		["r.io/", "lower-case components"],
		["r.io/a//b", "lower-case components"],
		["r.io/../etc", "lower-case components"],
		["r.io/a?b", "lower-case components"],
		["r.io/a%2fb", "lower-case components"],
		["r.io/Team/App", 'wanted lower case: "team/app"'],
		["r.io/a:", 'the tag ""'],
		["r.io/a:v1:v2", "the tag"],
		[`r.io/a:${"t".repeat(129)}`, "at most 128"],
		["r.io/a@sha256:abc", "malformed digest"],
		[`r.io/a@sha256:${"A".repeat(64)}`, "malformed digest"],
		["r.io/a@", "malformed digest"],
		["docker://r.io/a", 'got "docker://"'],
		["::1/a", "IPv6 address in brackets"],
		["[::1/a", "the host"],
		["[zz]/a", "the host"],
		["r.io:0/a", "the host"],
		["r.io:65536/a", "the host"],
		["r.io:port/a", "the host"],
		["r..io/a", "the host"],
		["-r.io/a", "the host"],
		[`r.io/${"a".repeat(256)}`, "lower-case components"],
		["x".repeat(100_000), "at most 1024"],
		["r.io/a\u0000b", "lower-case components"],
		["r.io/a\nb", "lower-case components"],
	])("refuses %j", (text, problem) => {
		expect(() => parseReference(text)).toThrow(ParseError);
		expect(() => parseReference(text)).toThrow(problem);
		try {
			parseReference(text);
		} catch (error) {
			const { message } = error as Error;
			expect(message).not.toMatch(/\p{Cc}/u);
			expect(message.length).toBeLessThan(400);
		}
	});

	test.each([
		"user:s3cret@r.io/app",
		"user:s3cr/et@r.io/app:v1",
		"http://user:s3cret@r.io/app",
		`user:s3cret@r.io/app@${SHA}`,
		"s3cret@r.io",
		"user:s3@cret@r.io/app",
	])("never shows the password of %s", (text) => {
		let message = "";
		try {
			parseReference(text);
		} catch (error) {
			message = (error as Error).message;
		}
		expect(message).toMatch(/credentials|malformed digest/);
		expect(message).not.toMatch(/s3|cret/);
	});
});
