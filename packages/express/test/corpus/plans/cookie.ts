import { expand } from '../read-corpus.js';
import { filler, landingForm, expectReply, watch } from '../stage.js';
import type { Stage, Verdict } from '../stage.js';
import { fromTable } from './plan.js';
import type { Plan } from './plan.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const BINDING = 'crossAppAuth reads no cookie, so a bound token is refused like any other: 401 invalid_token';

/** The landing with that cookie, and a token that is bound, or one that is not. */
const withCookie = (cookie: unknown, codeChallenge?: string): Plan['runs'] => [
  {
    by: `the landing, with ${codeChallenge === undefined ? 'an unbound' : 'a bound'} token`,
    act: async (stage: Stage) => {
      const issued = stage.store.issueToken(codeChallenge === undefined ? {} : { codeChallenge });
      const { headers = [], ...form } = landingForm(`session_token=${await watch(stage, issued)}`);
      const value = expand(cookie, await filler(stage)) as string;
      const verdict: Verdict =
        codeChallenge === undefined ? { status: 200, uses: 1 } : { status: 401, code: 'invalid_token' };
      await expectReply(stage, { ...form, headers: [...headers, ['Cookie', value]] }, verdict);
    },
  },
];

export const planCookie = fromTable({
  'binding cookie twice': {
    differs: BINDING,
    runs: withCookie('__Host-handoff=$GOOD; __Host-handoff=$EVIL', CHALLENGE),
  },
  'case variant __host-handoff': { differs: BINDING, runs: withCookie('__host-handoff=$GOOD', CHALLENGE) },
  'nameless cookie "=__Host-handoff=x"': {
    differs: BINDING,
    runs: withCookie('=__Host-handoff=$EVIL', CHALLENGE),
  },
  '8 KB cookie': { runs: withCookie({ $repeat: 'a=b; ', $times: 1600 }) },
  '__proto__ as a cookie name': { runs: withCookie('__proto__=x; __Host-handoff=$GOOD') },
});
