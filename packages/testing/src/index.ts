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
export { createBrowser } from './browser/browser.js';
export type { Browser, BrowserOptions } from './browser/browser.js';
export type { FormChanges, PageForm } from './browser/form.js';
export type { Destination } from './browser/headers.js';
export type { PlayedOrigin, Resolve } from './browser/names.js';
export type { Page, SentRequest } from './browser/page.js';
export type { Stolen } from './browser/steal.js';
export type { Tab, VisitOptions } from './browser/tab.js';
export type { Misbehaviour } from './issuer/behaviour.js';
export { createFakeIssuer } from './issuer/fake-issuer.js';
export type { FakeIssuer, HandoffExtras } from './issuer/fake-issuer.js';
export type { FakeIssuerOptions } from './issuer/options.js';
