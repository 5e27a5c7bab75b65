import { VALIDATE } from '../../issuer-app.js';
import { expand } from '../read-corpus.js';
import { AS_APP, filler, expectReply } from '../stage.js';
import type { Verdict } from '../stage.js';
import type { Planner } from './plan.js';

type Headers = readonly (readonly [string, string])[];

const OK: Verdict = { status: 200, uses: 1 };
const UNKNOWN_APP: Verdict = { status: 401, code: 'client_unauthenticated', queries: 0 };
const SENT_TWICE: Verdict = { status: 400, code: 'invalid_argument', queries: 0 };
// Node's parser answers before anybody else, without a body.
const BROKEN: Verdict = { status: 400, queries: 0 };
const TOO_LARGE: Verdict = { status: 431, queries: 0 };

// The two that say nothing about who calls come with the right secret.
const WITH_SECRET = new Set([
  'two Host headers (Node keeps the first, 200)',
  'X-Forwarded-Proto http',
  'Accept evil',
]);

const VERDICTS: Readonly<Record<string, Verdict>> = {
  'missing x-shared-secret': UNKNOWN_APP,
  'wrong, same length': UNKNOWN_APP,
  'wrong, one longer': UNKNOWN_APP,
  'right, previous secret inside the rotation window': OK,
  'right twice (Node joins to "s, s")': SENT_TWICE,
  'comma-joined in one line': UNKNOWN_APP,
  'surrounding blanks': OK,
  'case changed': UNKNOWN_APP,
  'header name upper case': OK,
  'NUL byte': BROKEN,
  'obs-fold': BROKEN,
  '20 KB value': TOO_LARGE,
  'the literal undefined': UNKNOWN_APP,
  '[object Object]': UNKNOWN_APP,
  'Authorization twice (Node keeps the FIRST silently)': SENT_TWICE,
  'Authorization without a scheme': UNKNOWN_APP,
  'Bearer with %-broken value': UNKNOWN_APP,
  'Bearer and x-shared-secret together': OK,
  '100 000-character scheme': TOO_LARGE,
  'two Host headers (Node keeps the first, 200)': OK,
  'X-Forwarded-Proto http': OK,
  'Accept evil': OK,
};

const DIFFERS: Readonly<Record<string, string>> = {
  'Bearer and x-shared-secret together':
    'Bearer proves the user, never an app: only Basic is a second credential, and is refused when it says another',
};

/** `validate-session` with a good token, from a caller with these headers. */
export const planHeader: Planner = ({ name, input }) => {
  const verdict = VERDICTS[name];
  if (verdict === undefined) return undefined;
  return {
    ...(DIFFERS[name] === undefined ? {} : { differs: DIFFERS[name] }),
    runs: [
      {
        by: 'validate-session',
        act: async (stage) => {
          const fill = await filler(stage);
          const headers = (expand(input, fill) as { $headers: Headers }).$headers;
          const proof: Headers = WITH_SECRET.has(name) ? [AS_APP] : [];
          const reply = await expectReply(
            stage,
            {
              target: VALIDATE,
              headers: [...headers, ...proof, ['Content-Type', 'application/json']],
              body: fill('{"session_token":"$VALID"}'),
            },
            verdict,
          );
          // Two bodies alike are one, whatever was wrong with the credential.
          if (verdict === UNKNOWN_APP) {
            expect(reply.headers).toMatchObject({ 'www-authenticate': 'Basic realm="cross-app"' });
            expect(reply.body).toContain('"message":"The app is not known or its secret is wrong."');
          }
          if (name.includes('rotation') && stage.isInside) expect(stage.events).toContain('secret old');
        },
      },
    ],
  };
};
