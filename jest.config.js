/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '/node_modules/(aws-cdk-lib|constructs|cdk-nag)/.*\\.js$': '<rootDir>/test/support/outside.js',
    '\\.ts$': '<rootDir>/test/support/transform.js',
  },
  transformIgnorePatterns: ['/node_modules/(?!(aws-cdk-lib|constructs|cdk-nag)/)'],
  globalSetup: '<rootDir>/test/support/build.ts',
  globalTeardown: '<rootDir>/test/support/temp-folder.ts',
  setupFiles: ['<rootDir>/test/support/quick-constructs.js'],
  maxWorkers: 2,
  moduleNameMapper: {
    '^cdk-hybrid-llm$': '<rootDir>/constructs/index.ts',
    // What is loaded when something asks for it is named as Node wants it.
    '^(\\.\\./.*/lib/chat/.*)\\.js$': '$1',
  },
  // The suites that need more than Node live in test/e2e and have commands of their own, and so have the hard cases.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/hard-cases/'],
};
