const preset = require('@cross-app/jest');

// What a token goes through is tested on both layouts of the table. How each is made is tested by itself.
const ON_BOTH = ['lifecycle', 'maintenance'].map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`);
const ALSO = ['durability', 'failover', 'development-data', 'secrets', 'seed-client', 'store-unavailable'];

module.exports = preset.projects({ database: true }, [
  { displayName: 'plain', globals: { LAYOUT: 'plain', BATCH: {} } },
  // With a statement for each call.
  {
    displayName: 'single',
    globals: { LAYOUT: 'plain', BATCH: false },
    testMatch: ['lifecycle/**/*', 'durability', 'secrets', 'store-unavailable'].map(
      (name) => `<rootDir>/test/${name}.test.ts`,
    ),
    testPathIgnorePatterns: ['/lifecycle/gathered'],
  },
  // That statement too has to hold where it races on partitions: a lone call is one, and who waits for a lock.
  {
    displayName: 'single, partitioned',
    globals: { LAYOUT: 'partitioned', BATCH: false },
    testMatch: ['redeem-race', 'replay-flood'].map((name) => `<rootDir>/test/lifecycle/${name}.test.ts`),
  },
  {
    displayName: 'partitioned',
    globals: { LAYOUT: 'partitioned', BATCH: {} },
    testMatch: [...ON_BOTH, ...ALSO.map((name) => `<rootDir>/test/${name}.test.ts`)],
  },
  // A plain table that became a partitioned one: all that is done with tokens, and the races.
  {
    displayName: 'converted',
    globals: { LAYOUT: 'converted', BATCH: {} },
    testMatch: ['issue', 'redeem', 'revoke', 'inspect', 'conformance', 'redeem-race', 'gathered-race'].map(
      (name) => `<rootDir>/test/lifecycle/${name}.test.ts`,
    ),
  },
]);
