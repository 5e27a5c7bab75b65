import { LANDING } from '../apps.js';
import { exchange } from '../exchange.js';
import { expand } from '../read-corpus.js';
import { filler, landingForm, expectReply, watch } from '../stage.js';
import type { Verdict } from '../stage.js';
import { fromTable } from './plan.js';
import type { Plan } from './plan.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const WRONG_METHOD: Verdict = { status: 405, code: 'method_not_allowed', queries: 0 };

/** A call of the landing that is no POST. */
const notPosted = (
  method: string,
  { more = '', headers = [], code = 'method_not_allowed' }: NotPosted = {},
): Plan => ({
  runs: [
    {
      by: 'the landing',
      act: async (stage) => {
        const target = expand(`${LANDING}?session_token=$VALID${more}`, await filler(stage)) as string;
        const reply = await expectReply(stage, { method, target, headers }, { ...WRONG_METHOD, code });
        expect(reply.headers).toMatchObject({ allow: 'POST' });
      },
    },
  ],
});

interface NotPosted {
  readonly more?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly code?: string | null;
}

const NO_PAGE = 'crossAppAuth is no page: it answers every method but POST with 405';

export const planMethod = fromTable({
  // A reply to HEAD has no body, so no code.
  'HEAD with a valid token': notPosted('HEAD', { code: null }),
  'GET without binding cookie (mail scanner, link preview)': { ...notPosted('GET'), differs: NO_PAGE },
  'GET, Purpose: prefetch': notPosted('GET', { headers: [['Purpose', 'prefetch']] }),
  'GET as an image': { ...notPosted('GET', { headers: [['Sec-Fetch-Dest', 'image']] }), differs: NO_PAGE },
  'method override': notPosted('GET', {
    more: '&_method=POST',
    headers: [['X-HTTP-Method-Override', 'POST']],
  }),
  'POST form, no cookie': {
    differs: 'that a bound token came without its verifier is a refusal like any other: 401 invalid_token',
    runs: [
      {
        by: 'the landing, with a bound token',
        act: async (stage) => {
          const token = await watch(stage, stage.store.issueToken({ codeChallenge: CHALLENGE }));
          await expectReply(stage, landingForm(`session_token=${token}`), {
            status: 401,
            code: 'invalid_token',
          });
        },
      },
    ],
  },
  'POST form, Origin of a third site': {
    differs:
      'crossAppSignIn knows its sources and checks Origin; crossAppAuth has no list to compare it with',
    runs: [
      {
        by: 'the landing',
        act: async (stage) => {
          const { headers = [], ...form } = landingForm((await filler(stage))('session_token=$VALID'));
          const request = { ...form, headers: [...headers, ['Origin', 'https://evil.example'] as const] };
          await expectReply(stage, request, { status: 200, uses: 1 });
        },
      },
    ],
  },
  'double click: two POSTs 5 ms apart with the same cookie': {
    differs:
      'without the cookie the second POST is a replay: crossAppSignIn derives one redemption id from the cookie',
    runs: [
      {
        by: 'the landing',
        isLocal: true,
        act: async (stage) => {
          const form = landingForm(`session_token=${await watch(stage, stage.store.issueToken())}`);
          const replies = await Promise.all([
            exchange(stage.ports.plain, form),
            exchange(stage.ports.plain, form),
          ]);
          expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
        },
      },
    ],
  },
});
