const preset = require('@cross-app/jest');

// What a server keeps in memory, what pages, metrics and options say, and where counts are kept is ours and not Express'.
const OURS = [
  '/corpus/memory',
  '/pages/(?!send)',
  '/telemetry/',
  '/limits-postgresql',
  '/(options|openapi|types|wrong-option|memory-revocations|redact)\\.test',
];

// Every other test runs twice: with Express 5 and with Express 4 behind our own `import 'express'`.
module.exports = preset.projects({ database: true }, [
  { displayName: 'express5' },
  { displayName: 'express4', moduleNameMapper: { '^express$': 'express4' }, testPathIgnorePatterns: OURS },
]);
