/**
 * The hinge of everything others script against: subcommands, flags, environment, exit codes, closed label sets and
 * metrics of the guard. The runtime implements it, constructs and alerts quote it, the tables in docs/ are generated
 * from it. It imports nothing from outside its own folder, so every room may read it.
 */

export * from "./contract/drift-metrics";
export * from "./contract/gc-metrics";
export * from "./contract/metrics";
export * from "./contract/options";
export * from "./contract/values";
