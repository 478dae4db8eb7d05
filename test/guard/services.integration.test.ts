// One file for jest: what these load is loaded once for all of them. Each in a describe of its own: its hooks stay its own.
describe("doctor", () => void require("./doctor.cases"));
describe("forget", () => void require("./forget.cases"));
describe("in use", () => void require("./in-use.cases"));
describe("pushgateway", () => void require("./pushgateway.cases"));
describe("write atomically", () => void require("./write-atomically.cases"));
describe("probe property", () => void require("./probe-property.cases"));
describe("repair", () => void require("./repair.cases"));
