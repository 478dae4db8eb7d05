// What parsers are given by nobody who means well: too much of it for the tests of every minute.
describe("fuzz", () => void require("./fuzz.cases"));
describe("largest", () => void require("./largest.cases"));
