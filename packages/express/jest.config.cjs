const preset = require('@cross-app/jest');

// Every test runs twice: with Express 5 and with Express 4 behind our own `import 'express'`. A second version of
// PostgreSQL needs one of them only: CROSS_APP_EXPRESS=express5.
const only = process.env.CROSS_APP_EXPRESS;
const both = [
  { displayName: 'express5' },
  { displayName: 'express4', moduleNameMapper: { '^express$': 'express4' } },
];

module.exports = preset.projects(
  { database: true },
  both.filter(({ displayName }) => only === undefined || only === displayName),
);
