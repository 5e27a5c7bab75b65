const preset = require('@cross-app/jest');

// What a token goes through is tested on both layouts of the table. How each is made is tested by itself.
module.exports = preset.projects({ database: true }, [
  { displayName: 'plain', globals: { LAYOUT: 'plain', BATCH: {} } },
  // With a statement for each call.
  {
    displayName: 'single',
    globals: { LAYOUT: 'plain', BATCH: false },
    testMatch: ['<rootDir>/test/{lifecycle/**/*,durability,secrets,store-unavailable}.test.ts'],
    testPathIgnorePatterns: ['/lifecycle/gathered'],
  },
  // That statement too has to hold where it races on partitions: a lone call is one, and who waits for a lock.
  {
    displayName: 'single, partitioned',
    globals: { LAYOUT: 'partitioned', BATCH: false },
    testMatch: ['<rootDir>/test/lifecycle/{redeem-race,replay-flood}.test.ts'],
  },
  {
    displayName: 'partitioned',
    globals: { LAYOUT: 'partitioned', BATCH: {} },
    testMatch: [
      '<rootDir>/test/{lifecycle,maintenance}/**/*.test.ts',
      '<rootDir>/test/{durability,failover,development-data,secrets,seed-client,store-unavailable}.test.ts',
    ],
  },
  // A plain table that became a partitioned one: all that is done with tokens, and the races.
  {
    displayName: 'converted',
    globals: { LAYOUT: 'converted', BATCH: {} },
    testMatch: [
      '<rootDir>/test/lifecycle/{issue,redeem,revoke,inspect,conformance,redeem-race,gathered-race}.test.ts',
    ],
  },
]);
