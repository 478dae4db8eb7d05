import {
	lastLineOf,
	lockIn,
	reasonIn,
} from "../../../lib/guard/roots/read-failure";
import { redaction } from "../../../lib/guard/roots/redact";

const BOXED = `╷
│ Error: Resource precondition failed
│ 
│   on main.tf line 9, in resource "terraform_data" "y":
│    9:      condition = "hunter2" == "x"
│     ├────────────────
│     │ var.plain is "hunter2"
│ 
│ It is not as it should be.
╵`;
const LOCKED = `
Error: Error acquiring the state lock

Error message: resource temporarily unavailable
Lock Info:
  ID:        acf21fbb-2554-5f3a-c2a4-cc84477411fd
  Path:      terraform.tfstate
  Operation: OperationTypeApply
  Who:       me@host
  Version:   1.11.4
  Created:   2026-11-21 20:27:05.232097067 +0000 UTC
  Info:      


Terraform acquires a state lock to protect the state from being written
`;
const CREATED = Date.UTC(2026, 10, 21, 20, 27, 5, 232);

describe("what Terraform says went wrong", () => {
	test("on one line, without code and values", () => {
		expect(reasonIn(BOXED)).toBe(
			"Resource precondition failed It is not as it should be.",
		);
	});
	test("as Terragrunt logs it", () => {
		const logged = BOXED.replace(
			/^/gm,
			"12:34:56.789 STDERR [stacks/a] terraform: ",
		);
		expect(reasonIn(logged)).toBe(reasonIn(BOXED));
		expect(lastLineOf("12:34:56.789 ERROR  no token: log in first\n\n")).toBe(
			"no token: log in first",
		);
	});
	test("nothing, where it says nothing", () => {
		expect(reasonIn("all is well")).toBeUndefined();
	});
	test("bounded", () => {
		expect(reasonIn(`Error: ${"x".repeat(5000)}`)?.length).toBeLessThan(500);
	});
});

describe("who holds a lock", () => {
	test("as the backend names it, in a box or not", () => {
		const lock = {
			id: "acf21fbb-2554-5f3a-c2a4-cc84477411fd",
			who: "me@host",
			operation: "OperationTypeApply",
			created: CREATED,
		};
		expect(lockIn(LOCKED, CREATED + 5000)).toEqual(lock);
		expect(lockIn(LOCKED.replace(/^/gm, "│ "), CREATED + 5000)).toEqual(lock);
	});
	test("an apply that began this very moment is not taken for the question", () => {
		expect(lockIn(LOCKED, CREATED - 5)?.who).toBe("me@host");
	});
	test("the question itself names nobody; http has the holder's ID beside it", () => {
		const own = LOCKED.replace("OperationTypeApply", "OperationTypePlan");
		const nobody = { id: "", who: null, operation: null, created: null };
		expect(lockIn(own, CREATED - 5)).toEqual(nobody);
		const http = own.replace(
			"resource temporarily unavailable",
			"HTTP remote state already locked:\nID=1111-2222",
		);
		expect(lockIn(http, CREATED - 5)).toEqual({ ...nobody, id: "1111-2222" });
	});
	test("another failure is no lock", () => {
		expect(lockIn(BOXED, 0)).toBeUndefined();
	});
});

test("secrets of the environment and of addresses are taken out", () => {
	const redact = redaction({
		PG_CONN_STR: "postgres://u:p4ssw0rd@h/x",
		VAULT_TOKEN: "hvs.abcdef",
		REGION: "eu-west-1",
		SHORT_KEY: "a",
	});
	expect(
		redact(
			"parse postgres://u:p4ssw0rd@h/x: hvs.abcdef in eu-west-1 a\x1b[31m",
		),
	).toBe("parse postgres://***@h/x: *** in eu-west-1 a[31m");
	expect(redact("https://me:other-pass@host/")).toBe("https://***@host/");
});
