// One file for jest: what these load is loaded once for all of them. Each in a describe of its own: its hooks stay its own.
describe("digest", () => void require("./digest.cases"));
describe("headers", () => void require("./headers.cases"));
describe("limiter", () => void require("./limiter.cases"));
describe("manifest", () => void require("./manifest.cases"));
describe("reference", () => void require("./reference.cases"));
describe("successors", () => void require("./successors.cases"));
