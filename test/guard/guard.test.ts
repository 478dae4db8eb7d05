// One file for jest: what these load is loaded once for all of them. Each in a describe of its own: its hooks stay its own.
describe("config", () => void require("./config.cases"));
describe("contract", () => void require("./contract.cases"));
describe("drift report", () => void require("./drift/drift-report.cases"));
describe("glob", () => void require("./glob.cases"));
describe("judge", () => void require("./judge.cases"));
describe("metrics", () => void require("./metrics.cases"));
describe("order", () => void require("./roots/order.cases"));
describe("plan", () => void require("./roots/plan-changes.cases"));
describe("read failure", () => void require("./roots/read-failure.cases"));
describe("report", () => void require("./report.cases"));
describe("rotation", () => void require("./rotation.cases"));
describe("scheduler", () => void require("./scheduler.cases"));
describe("second look", () => void require("./second-look.cases"));
describe("shard", () => void require("./shard.cases"));
describe("stack config", () => void require("./roots/stack-config.cases"));
describe("stoppable client", () => void require("./stoppable-client.cases"));
describe("terraform text", () =>
	void require("./changed/terraform-text.cases"));
describe("untrusted", () => void require("./untrusted.cases"));
describe("used images", () => void require("./used-images.cases"));
describe("verify", () => void require("./verify.cases"));
describe("walk", () => void require("./walk.cases"));
