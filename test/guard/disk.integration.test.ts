// One file for jest: what these, about storage on disk, load is loaded once for all of them. Each in a describe of its own: its hooks stay its own.
describe("gate", () => void require("./gate.cases"));
describe("gate losses", () => void require("./gate-losses.cases"));
describe("scan", () => void require("./scan.cases"));
describe("scan command", () => void require("./scan-command.cases"));
describe("scan threads", () => void require("./scan-threads.cases"));
describe("scan diagnosis", () => void require("./scan-diagnosis.cases"));
