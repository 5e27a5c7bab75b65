const preset = require('@cross-app/jest');

// What a token goes through is tested on both layouts of the table. How each is made is tested by itself.
const ON_BOTH = ['lifecycle', 'maintenance'].map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`);
const ALSO = ['durability', 'development-data', 'secrets', 'seed-client', 'store-unavailable'];

module.exports = preset.projects({ database: true }, [
  { displayName: 'plain', globals: { LAYOUT: 'plain' } },
  {
    displayName: 'partitioned',
    globals: { LAYOUT: 'partitioned' },
    testMatch: [...ON_BOTH, ...ALSO.map((name) => `<rootDir>/test/${name}.test.ts`)],
  },
  // A plain table that became a partitioned one.
  {
    displayName: 'converted',
    globals: { LAYOUT: 'converted' },
    testMatch: ['<rootDir>/test/lifecycle/**/*.test.ts'],
  },
]);
