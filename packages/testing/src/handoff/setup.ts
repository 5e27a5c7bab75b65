import type { Browser, BrowserOptions } from '../browser/browser.js';
import { createBrowser } from '../browser/browser.js';
import type { Resolve } from '../browser/names.js';
import type { FakeIssuer } from '../issuer/fake-issuer.js';
import type { TestPerson } from '../sessions/people.js';

/** A way from the source app to the target app. */
export type Flow = 'bound' | 'link' | 'form';

/** A target app under test. */
export interface HandoffSetup {
  /** The source app that the target app believes in; it has the target app's landing. */
  readonly issuer: FakeIssuer;
  /** Where the target app runs, such as `{ 'https://hi.events': 'http://127.0.0.1:4000' }`. */
  readonly resolve: Resolve;
  /**
   * Who is signed in at the target app in this browser: the id of one of the issuer's people, or null. Mostly it opens
   * a page in `browser.tab()` and reads it.
   */
  readonly signedInAs: (browser: Browser) => Promise<string | null>;
  /** Signs out at the target app in this browser. Without it, nobody looks for who is signed in again by going back. */
  readonly signOut?: ((browser: Browser) => Promise<unknown>) | undefined;
  /** Default the first of the issuer's people. */
  readonly person?: TestPerson | undefined;
  /** Who wants the person to be signed in as them. Default the second of the issuer's people. */
  readonly attacker?: TestPerson | undefined;
  /** Which ways there are. Default all three. */
  readonly flows?: readonly Flow[] | undefined;
  /** Where the bound flow begins. Default `/start` below the landing. */
  readonly startUrl?: string | undefined;
  /** Where the landing's own forms post to. Default `/continue` below the landing. */
  readonly continueUrl?: string | undefined;
  /** Origins beside its own that the target app may send people to afterwards. Default none. */
  readonly returnOrigins?: readonly string[] | undefined;
}

/** The setup with its defaults, and what every visitor does with it. */
export interface Handoff {
  readonly issuer: FakeIssuer;
  readonly landingUrl: string;
  readonly startUrl: string;
  readonly continueUrl: string;
  readonly origin: string;
  readonly knownOrigins: readonly string[];
  readonly person: TestPerson;
  readonly attacker: TestPerson;
  readonly has: (flow: Flow) => boolean;
  readonly newBrowser: (options?: Omit<BrowserOptions, 'resolve'>) => Browser;
  readonly signedInAs: (browser: Browser) => Promise<string | null>;
  readonly signOut: ((browser: Browser) => Promise<unknown>) | undefined;
}

/** Attackers have pages, too. Nobody plays this one: its pages are shown, not asked for. */
export const EVIL = 'https://evil.example';

/** @throws TypeError for an issuer with fewer than two people. */
export function resolveSetup(setup: HandoffSetup): Handoff {
  const { issuer, returnOrigins = [], flows = ['bound', 'link', 'form'] } = setup;
  const { landingUrl, people } = issuer;
  const [person, attacker] = [setup.person ?? people[0], setup.attacker ?? people[1]];
  if (person === undefined || attacker === undefined) {
    throw new TypeError('the issuer needs two people: who is attacked, and who attacks');
  }
  const { origin } = new URL(landingUrl);
  const resolve = { ...issuer.resolve, ...setup.resolve };
  return {
    ...{ issuer, landingUrl, origin, person, attacker },
    startUrl: setup.startUrl ?? `${landingUrl}/start`,
    continueUrl: setup.continueUrl ?? `${landingUrl}/continue`,
    knownOrigins: [origin, issuer.source.origin, ...returnOrigins],
    has: (flow) => flows.includes(flow),
    newBrowser: (options) => createBrowser({ ...options, resolve }),
    signedInAs: setup.signedInAs,
    signOut: setup.signOut,
  };
}
