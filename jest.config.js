/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/transform.js' },
  // The suites that need more than Node live in test/e2e and have commands of their own.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
};
