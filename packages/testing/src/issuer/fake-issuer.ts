import { handoffForm, handoffUrl, isCrossAppError } from '@cross-app/protocol';
import type { HandoffForm, HandoffParameters } from '@cross-app/protocol';
import type { Browser } from '../browser/browser.js';
import type { Resolve } from '../browser/names.js';
import type { TestPerson } from '../sessions/people.js';
import type { Misbehaviour } from './behaviour.js';
import { resolveIssuerOptions } from './options.js';
import type { FakeIssuerOptions } from './options.js';
import { AUTHORIZE_PATH, listen } from './server.js';

/** What goes along with a token in a link or a form. */
export type HandoffExtras = Omit<HandoffParameters, 'token'>;

/** A source app that does what a test wants. */
export interface FakeIssuer {
  /** What `crossAppSignIn` takes as its `source`. */
  readonly source: {
    readonly app: string;
    readonly name: string;
    readonly origin: string;
    readonly authorizeUrl: string;
  };
  readonly targetApp: string;
  readonly landingUrl: string;
  readonly people: readonly TestPerson[];
  /** For `createBrowser`: where the source app is played. */
  readonly resolve: Resolve;
  /** Signs the person in at the source app in this browser, or out with null. */
  signIn(browser: Browser, person: TestPerson | null): Promise<void>;
  /** A new link to the target app. */
  link(person: TestPerson, extras?: HandoffExtras): Promise<string>;
  /** A new form to the target app. */
  form(person: TestPerson, extras?: HandoffExtras): Promise<HandoffForm>;
  /** From now on `/authorize` does this; without an argument, the right thing again. */
  misbehave(misbehaviour?: Misbehaviour): void;
  /** Every token so far, the last one last. */
  readonly issued: readonly string[];
  /** Whether the target app has used the token up. */
  isUsed(token: string): Promise<boolean>;
  /** Stops listening, and resolves when the last connection is closed. */
  close(): Promise<void>;
}

/**
 * A tiny source app on a free port of this machine, known to browsers as `origin`: `/api/cross-app/authorize` of the
 * bound flow, `/handoff/form`, which posts a token to the target app, and `/handoff/link`, which shows a link. Who is
 * signed in is a cookie, so two browsers can be two people.
 *
 * @throws TypeError for an option that is not what it should be.
 * @example
 * const people = [{ id: '456', email: 'ada@example.com' }];
 * const sessions = createMemorySessions({ people });
 * const landingUrl = 'https://hi.events/auth/cross-app';
 * const issuer = await createFakeIssuer({ sessions, people, targetApp: 'hi-events', landingUrl });
 */
export async function createFakeIssuer(options: FakeIssuerOptions): Promise<FakeIssuer> {
  const settings = resolveIssuerOptions(options);
  const { sessions, people, targetApp, landingUrl, origin, app } = settings;
  const state = { misbehaviour: {} as Misbehaviour, issued: [] as string[] };

  const issue = async (person: TestPerson): Promise<string> => {
    const accountId = person.accounts?.[0]?.id;
    const { token } = await sessions.issue({ userId: person.id, accountId, targetApp });
    state.issued.push(token);
    return token;
  };
  const form = async (person: TestPerson, extras?: HandoffExtras): Promise<HandoffForm> =>
    handoffForm(landingUrl, { ...extras, token: await issue(person) });
  const link = async (person: TestPerson, extras?: HandoffExtras): Promise<string> =>
    handoffUrl(landingUrl, { ...extras, token: await issue(person) });
  const server = await listen({ settings, state, form, link });

  return {
    ...{ targetApp, landingUrl, people, form, link, issued: state.issued },
    source: { app, name: app, origin, authorizeUrl: `${origin}${AUTHORIZE_PATH}` },
    resolve: { [origin]: server.address },
    async signIn(browser, person) {
      await browser.tab().open(`${origin}/signed-in?user=${encodeURIComponent(person?.id ?? '')}`);
    },
    misbehave(misbehaviour = {}) {
      state.misbehaviour = misbehaviour;
    },
    isUsed: (token) =>
      sessions.inspect(token, { targetApp, redeemed: true }).then(
        () => true,
        (error: unknown) => {
          if (isCrossAppError(error)) return false;
          throw error;
        },
      ),
    close: () => server.close(),
  };
}
