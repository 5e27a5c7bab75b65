/**
 * What a test needs to attack a cross-app sign-in, and to run one without a database and without the other app.
 * Nothing here belongs into an app that people use.
 *
 * @module @cross-app/testing
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
export { checkHandoff } from './check/check-handoff.js';
export type { HandoffCheck } from './check/check-handoff.js';
export type { AttackReport, Finding, ReportedRequest } from './handoff/report.js';
export { RULES } from './handoff/rules.js';
export type { Rule } from './handoff/rules.js';
export type { Flow, HandoffSetup } from './handoff/setup.js';
export { back } from './visitors/back.js';
export { doubleClick } from './visitors/double-click.js';
export { eavesdropper } from './visitors/eavesdropper.js';
export { fixation } from './visitors/fixation.js';
export { framer } from './visitors/framer.js';
export { loginCsrf } from './visitors/login-csrf.js';
export { mixUp } from './visitors/mix-up.js';
export { openRedirect, REDIRECT_PAYLOADS } from './visitors/open-redirect.js';
export { prefetcher } from './visitors/prefetcher.js';
export { previewer } from './visitors/previewer.js';
export { refusal } from './visitors/refusal.js';
export { reload } from './visitors/reload.js';
export { replayer } from './visitors/replayer.js';
export { scanner } from './visitors/scanner.js';
export { thief } from './visitors/thief.js';
export { twoTabs } from './visitors/two-tabs.js';
