// One file for jest: what these load is loaded once for all of them. Each in a describe of its own: its hooks stay its own.
describe("auth", () => void require("./auth.cases"));
describe("blob reader", () => void require("./blob-reader.cases"));
describe("client", () => void require("./client.cases"));
describe("credentials", () => void require("./credentials.cases"));
describe("hostile", () => void require("./hostile.cases"));
describe("TLS", () => void require("./tls.cases"));
