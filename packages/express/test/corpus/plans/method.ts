import { setTimeout } from 'node:timers/promises';
import { LANDING, ORIGIN, SIGN_IN } from '../apps.js';
import { exchange } from '../exchange.js';
import { expand } from '../read-corpus.js';
import { expectPage, expectReply, filler, watch } from '../stage.js';
import type { PageVerdict, Stage, Verdict } from '../stage.js';
import { fromTable } from './plan.js';
import type { Plan } from './plan.js';

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

/** A browser that opens a link with a valid token. */
const opened = (
  verdict: PageVerdict,
  { more = '', headers = [] }: Opened = {},
  method = 'GET',
): Plan['runs'] => [
  {
    by: 'the sign-in',
    act: async (stage) => {
      const target = expand(`${SIGN_IN}?session_token=$VALID${more}`, await filler(stage)) as string;
      const reply = await expectPage(stage, { method, target, headers }, verdict);
      expect(reply.headers['set-cookie'] ?? '').toMatch(/^$|^__Host-cross-app=/);
      expect(method === 'HEAD' ? reply.body : '').toBe('');
    },
  },
];

type Opened = Omit<NotPosted, 'code'>;

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const COOKIE = ['Cookie', `__Host-cross-app=${'g'.repeat(43)}`] as const;

async function clickTwice(stage: Stage): Promise<void> {
  const token = await watch(stage, stage.store.issueToken());
  const headers = [FORM, COOKIE, ['Origin', ORIGIN] as const];
  const form = { target: `${SIGN_IN}/continue`, headers, body: `session_token=${token}` };
  const first = exchange(stage.ports.plain, form);
  await setTimeout(5);
  const replies = await Promise.all([first, exchange(stage.ports.plain, form)]);
  expect(replies.map(({ status }) => status)).toEqual([303, 303]);
  expect(stage.events).toEqual(['redeemed', 'signed in', 'redeemed']);
  const row = stage.store.knex('cross_app_sessions').orderBy('id', 'desc').first('revoked_at');
  expect(await row).toEqual({ revoked_at: null });
}

export const planMethod = fromTable({
  // A reply to HEAD has no body, so no code.
  'HEAD with a valid token': {
    runs: [...notPosted('HEAD', { code: null }).runs, ...opened({ status: 405, queries: 0 }, {}, 'HEAD')],
  },
  'GET without binding cookie (mail scanner, link preview)': { runs: opened({ status: 200 }) },
  'GET, Purpose: prefetch': {
    runs: [
      ...notPosted('GET', { headers: [['Purpose', 'prefetch']] }).runs,
      ...opened({ status: 503, queries: 0 }, { headers: [['Purpose', 'prefetch']] }),
    ],
  },
  'GET as an image': {
    runs: opened({ status: 400, queries: 0 }, { headers: [['Sec-Fetch-Dest', 'image']] }),
  },
  'method override': {
    runs: [
      ...notPosted('GET', { more: '&_method=POST', headers: [['X-HTTP-Method-Override', 'POST']] }).runs,
      ...opened({ status: 200 }, { more: '&_method=POST', headers: [['X-HTTP-Method-Override', 'POST']] }),
    ],
  },
  'POST form, no cookie': {
    runs: [
      {
        by: 'the sign-in',
        act: async (stage) => {
          const headers = [FORM, ['Sec-Fetch-Site', 'same-origin'] as const];
          const body = (await filler(stage))('session_token=$VALID');
          await expectPage(
            stage,
            { target: `${SIGN_IN}/continue`, headers, body },
            { status: 400, queries: 0 },
          );
        },
      },
    ],
  },
  'POST form, Origin of a third site': {
    runs: ['', '/continue'].map((path) => ({
      by: `the sign-in${path}`,
      act: async (stage) => {
        const headers = [FORM, COOKIE, ['Origin', 'https://evil.example'] as const];
        const body = (await filler(stage))('session_token=$VALID');
        await expectPage(stage, { target: SIGN_IN + path, headers, body }, { status: 403, queries: 0 });
      },
    })),
  },
  'double click: two POSTs 5 ms apart with the same cookie': {
    runs: [
      {
        by: 'the sign-in',
        isLocal: true,
        act: clickTwice,
      },
    ],
  },
});
