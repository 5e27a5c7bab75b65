import { isAppId, isOrigin, isRedirectUri } from '@cross-app/protocol';
import type { CrossAppSessions } from '@cross-app/protocol';
import type { TestPerson } from '../sessions/people.js';

/** Options of {@link createFakeIssuer}. */
export interface FakeIssuerOptions {
  /** What it issues with: sessions in memory, or others. */
  readonly sessions: Pick<CrossAppSessions, 'issue' | 'inspect'>;
  /** Who can sign in there. They must exist for `sessions`. */
  readonly people: readonly TestPerson[];
  /** The target app that is tested. */
  readonly targetApp: string;
  /** Its only landing, as it registered it. */
  readonly landingUrl: string;
  /** The source app that is played. Default `tuvens`. */
  readonly app?: string | undefined;
  /** Where browsers reach it. Default `https://tuvens.com`. */
  readonly origin?: string | undefined;
}

/** The options with their defaults. */
export type IssuerSettings = FakeIssuerOptions & { readonly app: string; readonly origin: string };

/** @throws TypeError that says what to write. */
export function resolveIssuerOptions(options: FakeIssuerOptions): IssuerSettings {
  const { app = 'tuvens', origin = 'https://tuvens.com', people, targetApp, landingUrl } = options;
  if (!isAppId(app) || !isAppId(targetApp)) {
    throw new TypeError('app and targetApp must be 1 to 50 printable characters without blanks');
  }
  if (!isOrigin(origin)) throw new TypeError("origin must be an origin, such as 'https://tuvens.com'");
  if (!isRedirectUri(landingUrl)) {
    throw new TypeError("landingUrl must be a URL as browsers write it: 'https://hi.events/auth/cross-app'");
  }
  if (people.length === 0) throw new TypeError('people must have somebody in it');
  return { ...options, app, origin };
}
