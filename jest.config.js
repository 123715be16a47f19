/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/transform.js' },
  globalSetup: '<rootDir>/test/support/build.ts',
  globalTeardown: '<rootDir>/test/support/temp-folder.ts',
  setupFiles: ['<rootDir>/test/support/quick-constructs.js'],
  maxWorkers: 2,
  moduleNameMapper: { '^cdk-hybrid-llm$': '<rootDir>/constructs/index.ts' },
  // The suites that need more than Node live in test/e2e and have commands of their own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
};
