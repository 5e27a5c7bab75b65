import { SIGN_IN } from '../apps.js';
import { expand } from '../read-corpus.js';
import { expectPage, filler, watch } from '../stage.js';
import type { PageVerdict } from '../stage.js';
import { fromTable } from './plan.js';
import type { Plan } from './plan.js';

const REFUSED: PageVerdict = { status: 400, queries: 0 };
const SIGNED_IN: PageVerdict = { status: 303, uses: 1, location: 'https://tickets.example.com/' };
// The corpus calls the cookie `__Host-handoff`, and its values good and evil.
const GOOD = `__Host-cross-app=${'g'.repeat(43)}`;
const EVIL = `__Host-cross-app=${'e'.repeat(43)}`;

/** The button of a page, from a browser with that cookie. */
const withCookie = (cookie: unknown, verdict: PageVerdict): Plan => ({
  runs: [
    {
      by: 'the sign-in',
      act: async (stage) => {
        const token = await watch(stage, stage.store.issueToken());
        const request = {
          target: `${SIGN_IN}/continue`,
          headers: [
            ['Content-Type', 'application/x-www-form-urlencoded'],
            ['Sec-Fetch-Site', 'same-origin'],
            ['Cookie', expand(cookie, await filler(stage)) as string],
          ],
          body: `session_token=${token}`,
        } as const;
        await expectPage(stage, request, verdict);
      },
    },
  ],
});

export const planCookie = fromTable({
  'binding cookie twice': withCookie(`${GOOD}; ${EVIL}`, REFUSED),
  'case variant __host-handoff': withCookie(GOOD.replace('__Host', '__host'), REFUSED),
  'nameless cookie "=__Host-handoff=x"': withCookie(`=${EVIL}`, REFUSED),
  '8 KB cookie': withCookie({ $concat: [{ $repeat: 'a=b; ', $times: 1600 }, GOOD] }, SIGNED_IN),
  '__proto__ as a cookie name': withCookie(`__proto__=x; ${GOOD}`, SIGNED_IN),
});
