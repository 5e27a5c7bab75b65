import { LANDING } from '../apps.js';
import { randomUUID } from 'node:crypto';
import { ACCOUNTS } from '../../issuer-app.js';
import { exchange } from '../exchange.js';
import type { RawRequest } from '../exchange.js';
import { expand } from '../read-corpus.js';
import {
  AS_APP,
  filler,
  landing,
  landingForm,
  expectReply,
  unknownToken,
  validating,
  watch,
} from '../stage.js';
import type { Stage, Verdict } from '../stage.js';
import { mutate } from './mutate.js';
import type { Mutation } from './mutate.js';
import type { Plan, Planner, Run } from './plan.js';

const MALFORMED: Verdict = { status: 400, code: 'token_malformed', queries: 0 };
const MISSING: Verdict = { status: 400, code: 'token_missing', queries: 0 };
const AMBIGUOUS: Verdict = { status: 400, code: 'invalid_argument', queries: 0 };
const NOT_FOUND: Verdict = { status: 404, code: 'invalid_token' };
const REFUSED: Verdict = { status: 401, code: 'invalid_token' };

const asJson = (token: unknown) => JSON.stringify({ session_token: token });
const asForm = (token: string) => `session_token=${encodeURIComponent(token)}`;
const accounts = (query: string, ...headers: (readonly [string, string])[]): RawRequest => ({
  method: 'GET',
  target: `${ACCOUNTS}?${query}`,
  headers: [AS_APP, ...headers],
});
const named = (text: string) => text.replace(/\btoken(?=["=[])/g, 'session_token');

/** One way in: the request is made from a token in its state, or from nothing. */
const run = (by: string, make: (fill: (text: string) => string) => RawRequest, verdict: Verdict): Run => ({
  by,
  act: async (stage) => {
    await expectReply(stage, make(await filler(stage)), verdict);
  },
});

/** A text that is no token, by every way in that can carry it. */
function malformed(write: (fill: (text: string) => string) => string): Plan {
  return {
    runs: [
      run('validate-session', (fill) => validating(asJson(write(fill))), MALFORMED),
      run('the landing', (fill) => landing(asJson(write(fill))), MALFORMED),
      run('the landing, by a form', (fill) => landingForm(asForm(write(fill))), MALFORMED),
      run('user-accounts, by the query', (fill) => accounts(asForm(write(fill))), MALFORMED),
    ],
  };
}

/** A body that is no token's, as it is. */
const malformedBody = (json: string, verdict: Verdict): Plan => ({
  runs: [
    run('validate-session', () => validating(named(json)), verdict),
    run('the landing', () => landing(named(json)), verdict),
  ],
});

/** `validate-session` and the landing, each with a token of its own. */
const byBoth = (issue: (stage: Stage) => Promise<string>, verdicts: [Verdict, Verdict]): Run[] => [
  {
    by: 'validate-session',
    act: async (stage) => {
      await expectReply(stage, validating(asJson(await watch(stage, issue(stage)))), verdicts[0]);
    },
  },
  {
    by: 'the landing',
    act: async (stage) => {
      await expectReply(stage, landing(asJson(await watch(stage, issue(stage)))), verdicts[1]);
    },
  },
];

const redeemsOnce: Run = {
  by: 'validate-session, twice',
  act: async (stage) => {
    const token = await watch(stage, stage.store.issueToken());
    const call = () => validating(JSON.stringify({ session_token: token, redemption_id: randomUUID() }));
    await expectReply(stage, call(), { status: 200, uses: 1 });
    const replay = await expectReply(stage, call(), NOT_FOUND);
    const unknown = await expectReply(stage, validating(asJson(unknownToken())), NOT_FOUND);
    const said = (body: string) => body.replace(/"timestamp":"[^"]+"/, '');
    expect(said(replay.body)).toBe(said(unknown.body));
    expect(replay.headers['www-authenticate']).toBe(unknown.headers['www-authenticate']);
  },
};

async function race(stage: Stage): Promise<void> {
  const token = await watch(stage, stage.store.issueToken());
  const call = async (): Promise<number> => {
    const body = JSON.stringify({ session_token: token, redemption_id: randomUUID() });
    return (await exchange(stage.ports.plain, validating(body))).status;
  };
  const statuses = await Promise.all(Array.from({ length: 100 }, call));
  expect(statuses.sort()).toEqual([200, ...Array<number>(99).fill(404)]);
  expect(stage.events.filter((event) => event === 'replayed')).toHaveLength(99);
}

/** What a refused token leaves behind for an operator. */
const leaves = (event: string, [validate, land]: Run[]): Run[] =>
  [validate, land].flatMap((each) =>
    each === undefined
      ? []
      : [
          {
            ...each,
            act: async (stage: Stage) => {
              await each.act(stage);
              if (stage.isInside) expect(stage.events).toContain(event);
            },
          },
        ],
  );

const fromQuery = (
  query: string,
  runs: (read: (fill: (text: string) => string) => string) => Run[],
): Plan => ({
  runs: runs((fill) => fill(named(query))),
});

const TABLE: Readonly<Record<string, Plan>> = {
  valid: {
    runs: [
      redeemsOnce,
      ...byBoth(
        (stage) => stage.store.issueToken(),
        [
          { status: 200, uses: 1 },
          { status: 200, uses: 1 },
        ],
      ),
    ],
  },
  'valid, 100 parallel redeems, 100 redemption ids': {
    runs: [{ by: 'validate-session', isLocal: true, act: race }],
  },
  'used by another redemption_id': {
    runs: leaves(
      'replayed',
      byBoth((stage) => stage.store.redeemedToken(), [NOT_FOUND, REFUSED]),
    ),
  },
  'other audience': {
    runs: leaves(
      'rejected target_mismatch',
      byBoth((stage) => stage.store.issueToken({ targetApp: 'tickets' }), [NOT_FOUND, REFUSED]),
    ),
  },
  'embedded expiry in the past, checksum right': {
    runs: byBoth(
      () => Promise.resolve(unknownToken(1_600_000_000)),
      [
        { ...NOT_FOUND, queries: 0 },
        { ...REFUSED, queries: 0 },
      ],
    ),
  },
  'embedded expiry raised on a real token, checksum recomputed': {
    runs: byBoth(
      async (stage) =>
        mutate(await stage.store.issueToken({ ttlSeconds: 1 }), {
          $token: 'expired',
          $op: 'raiseExpiryRecomputeChecksum',
        }),
      [NOT_FOUND, REFUSED],
    ),
  },
  '8 KiB of A in the query': {
    runs: [
      run('user-accounts, by the query', () => accounts(asForm('A'.repeat(8192))), MALFORMED),
      run('validate-session', () => validating(asJson('A'.repeat(8192))), MALFORMED),
      run('the landing', () => landing(asJson('A'.repeat(8192))), {
        status: 413,
        code: 'payload_too_large',
        queries: 0,
      }),
    ],
  },
  'one character percent-encoded in the query': {
    runs: [
      run(
        'user-accounts, by the query',
        (fill) => accounts(`session_token=han%64${fill('$USED').slice(4)}`),
        { status: 200 },
      ),
      run('the landing, by a form', (fill) => landingForm(`session_token=han%64${fill('$VALID').slice(4)}`), {
        status: 200,
        uses: 1,
      }),
    ],
  },
  'invalid UTF-8 percent bytes': fromQuery('token=%E0%A4%A', (read) => [
    run('user-accounts, by the query', (fill) => accounts(read(fill)), MALFORMED),
    run('the landing, by a form', (fill) => landingForm(read(fill)), MALFORMED),
  ]),
  'two token parameters': fromQuery('token=$VALID&token=$UNKNOWN', (read) => [
    run('user-accounts, by the query', (fill) => accounts(read(fill)), AMBIGUOUS),
    run('the landing, by a form', (fill) => landingForm(read(fill)), MALFORMED),
  ]),
  'token in query AND body': {
    differs:
      'crossAppAuth reads no query, which is unknown, so ignored: a page whose form posts to its own URL has one',
    runs: [
      run(
        'the landing',
        (fill) => ({
          ...landingForm(fill('session_token=$VALID')),
          target: fill(`${LANDING}?session_token=$VALID`),
        }),
        { status: 200, uses: 1 },
      ),
      run(
        'user-accounts, in the query and the header',
        (fill) => accounts(fill('session_token=$VALID'), ['X-Session-Token', fill('$USED')]),
        AMBIGUOUS,
      ),
    ],
  },
  'token[a]': fromQuery('token[a]=$VALID', (read) => [
    run('user-accounts, by the query', (fill) => accounts(read(fill)), AMBIGUOUS),
    run('the landing, by a form', (fill) => landingForm(read(fill)), MISSING),
  ]),
  'qs hang payload CVE-2022-24999': fromQuery('a[__proto__]=b&a[__proto__]&a[length]=100000000', (read) => [
    run('user-accounts, by the query', (fill) => accounts(read(fill)), MISSING),
    run('the landing, by a form', (fill) => landingForm(read(fill)), MISSING),
  ]),
  'semicolon separator': {
    runs: [
      run('user-accounts, by the query', (fill) => accounts(named(fill('token=$VALID;token=x'))), MALFORMED),
      run('the landing, by a form', (fill) => landingForm(named(fill('token=$VALID;token=x'))), MALFORMED),
    ],
  },
  missing: malformedBody('{}', MISSING),
};

/** The way from the corpus' token to ours, and every way in. */
export const planToken: Planner = ({ name, input }) => {
  if (Object.hasOwn(TABLE, name)) return TABLE[name];
  if (typeof input === 'string') return malformed((fill) => fill(input));
  const { $json } = input as { $json?: string };
  if ($json !== undefined) return malformedBody($json, MALFORMED);
  const mutation = input as Mutation;
  return mutation.$token === 'valid'
    ? malformed((fill) => mutate(fill('$VALID'), expand(mutation) as Mutation))
    : undefined;
};
