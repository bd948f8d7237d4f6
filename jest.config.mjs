// Tests, the sandbox and the tools are .mts: n8n's strict lint config (which may not be changed) checks every
// .ts file as if it ran inside n8n. swc turns both into CommonJS, the form n8n itself loads.
export default {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.mts'],
	moduleFileExtensions: ['mts', 'ts', 'mjs', 'js', 'cjs', 'json', 'node'],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/sandbox/n8n/', '<rootDir>/sandbox-data/'],
	transform: {
		'\\.(mts|ts|mjs)$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
				module: { type: 'commonjs' },
			},
		],
	},
	// Long enough on a machine that is busy with other things; what hangs is what it ends.
	testTimeout: 120_000,
};
