/**
 * What a test needs to attack a cross-app sign-in, and to run one without a database and without the other app.
 * Nothing here belongs into an app that people use.
 *
 * @packageDocumentation
 */
export { createTestClock } from './clock.js';
export type { Clock, TestClock } from './clock.js';
export { createMemorySessions } from './sessions/memory-sessions.js';
export type { MemorySessions, MemorySessionsOptions, TokenState } from './sessions/memory-sessions.js';
export type { TestAccount, TestPerson } from './sessions/people.js';
