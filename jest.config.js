const common = {
	transform: {
		"^.+\\.ts$": [
			"@swc/jest",
			{ jsc: { parser: { syntax: "typescript" }, target: "es2022" } },
		],
	},
	testEnvironment: "node",
	modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/cdktf.out/"],
};

/**
 * Unit tests touch nothing outside the process. Integration tests open sockets on loopback and write into temporary folders,
 * with no program but node; the rest starts real programs. @type {import("jest").Config} */
module.exports = {
	// one more than two cores: some of the tests wait, for a deadline or a Retry-After
	maxWorkers: 3,
	testSequencer: "<rootDir>/test/support/sequencer.cjs",
	projects: [
		{
			...common,
			displayName: "unit",
			moduleNameMapper: {
				"/private/stack-trace$": "<rootDir>/test/support/no-stack-trace.cjs",
			},
			testMatch: ["<rootDir>/test/**/*.test.ts"],
			testPathIgnorePatterns: [
				"/node_modules/",
				"/test/e2e/",
				"/test/deploy/",
				"\\.integration\\.test\\.ts$",
			],
		},
		{
			...common,
			displayName: "integration",
			testMatch: ["<rootDir>/test/**/*.integration.test.ts"],
		},
		{
			...common,
			displayName: "e2e",
			testMatch: ["<rootDir>/test/e2e/**/*.test.ts"],
		},
		{
			...common,
			displayName: "deploy",
			testMatch: ["<rootDir>/test/deploy/**/*.test.ts"],
		},
	],
};
