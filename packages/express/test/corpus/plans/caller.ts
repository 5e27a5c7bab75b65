import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createSourceApp, issuerOptions, VALIDATE } from '../../issuer-app.js';
import { TARGET_APP } from '../../store.js';
import type { TestStore } from '../../store.js';
import { exchange } from '../exchange.js';
import { expand } from '../read-corpus.js';
import { filler, expectReply, validating, watch } from '../stage.js';
import type { Stage } from '../stage.js';
import type { Plan, Planner, Run } from './plan.js';

type Headers = readonly (readonly [string, string | Buffer])[];

interface Caller {
  readonly redeemed_ip: string | null;
  readonly redeemed_user_agent: string | null;
}

/** What is kept of who redeemed the token. */
async function callerOf({ knex }: TestStore, token: string): Promise<Caller | undefined> {
  const tokenHash = createHash('sha256').update(token).digest('hex');
  return knex<Caller & { token_hash: string }>('cross_app_sessions').where('token_hash', tokenHash).first();
}

/** `validate-session` behind one proxy, with these headers. */
const overHttp = (headers: Headers, expected: object): Run => ({
  by: 'validate-session',
  act: async (stage) => {
    const token = (await filler(stage))('$VALID');
    const request = validating(JSON.stringify({ session_token: token }));
    const all = [...(request.headers ?? []), ...headers];
    await expectReply(stage, { ...request, headers: all, behindProxy: true }, { status: 200, uses: 1 });
    expect(await callerOf(stage.store, token)).toMatchObject(expected);
  },
});

/** `redeem` itself, for what no header can carry. */
const direct = (caller: { ipAddress?: string; userAgent?: string }, expected: object): Run => ({
  by: 'redeem',
  isLocal: true,
  act: async ({ store }) => {
    const token = await store.issueToken();
    await store.sessions.redeem(token, { targetApp: TARGET_APP, ...caller });
    expect(await callerOf(store, token)).toMatchObject(expected);
  },
});

const STORED: Readonly<Record<string, string>> = {
  IPv4: '203.0.113.9',
  'IPv6 upper case, long': '2001:db8::1',
  'IPv4-mapped in hex': '203.0.113.9',
};

/** Calls with a wrong secret, of which one a minute and address is allowed, with these headers in turn. */
const limitedBy = (trust: number | false, forwarded: readonly string[]): Run => ({
  by: 'the limit of wrong secrets',
  isLocal: true,
  act: async ({ store }) => {
    const app = createSourceApp(issuerOptions(store.sessions, { limits: { credentialsPerMinute: 1 } }));
    const server = app.set('trust proxy', trust).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const statuses: number[] = [];
    for (const value of forwarded) {
      const headers = [
        ['x-shared-secret', 'no'],
        ['X-Forwarded-For', value],
      ] as const;
      statuses.push((await exchange(port, { target: VALIDATE, headers })).status);
    }
    server.close();
    expect(statuses).toEqual([401, ...forwarded.slice(1).map(() => 429)]);
  },
});

const IP_PLANS: Readonly<Record<string, Plan>> = {
  'X-Forwarded-For spoof, trust proxy off': {
    runs: [
      {
        by: 'validate-session',
        act: async (stage: Stage) => {
          const token = (await filler(stage))('$VALID');
          const request = validating(JSON.stringify({ session_token: token }));
          const headers = [...(request.headers ?? []), ['X-Forwarded-For', '6.6.6.6'] as const];
          await expectReply(stage, { ...request, headers }, { status: 200, uses: 1 });
          expect(await callerOf(stage.store, token)).toMatchObject({ redeemed_ip: '127.0.0.1' });
        },
      },
      limitedBy(false, ['6.6.6.6', '6.6.6.7', '6.6.6.8']),
    ],
  },
  'X-Forwarded-For garbage at the trusted position': {
    runs: [
      overHttp([['X-Forwarded-For', '<script>']], { redeemed_ip: null }),
      limitedBy(1, ['<script>', '<script>1', '', 'unknown', '1'.repeat(9000)]),
    ],
  },
  'X-Forwarded-For twice': {
    runs: [
      overHttp(
        [
          ['X-Forwarded-For', '6.6.6.6'],
          ['X-Forwarded-For', '198.51.100.7'],
        ],
        { redeemed_ip: '198.51.100.7' },
      ),
    ],
  },
};

export const planIp: Planner = ({ name, input }) => {
  if (Object.hasOwn(IP_PLANS, name)) return IP_PLANS[name];
  const ipAddress = expand(input) as string;
  const expected = { redeemed_ip: STORED[name] ?? null };
  // A host that read the brackets off would give us the address; Express does not.
  const runs = [direct({ ipAddress }, expected)];
  // A header cannot carry NUL, and an empty one forwards nothing: then it is the peer.
  return {
    runs: ['NUL', 'empty'].includes(name)
      ? runs
      : [...runs, overHttp([['X-Forwarded-For', ipAddress]], expected)],
  };
};

const A512 = 'A'.repeat(512);
const AGENTS: Readonly<Record<string, string | null>> = {
  normal: 'Mozilla/5.0 (X11; Linux x86_64)',
  empty: null,
  '513 characters': A512,
  'NUL in a JSON escape': 'a b',
  newline: 'a b',
  'surrogate pair at the cut': A512.slice(1),
  html: '<img src=x onerror=alert(1)>',
  SQL: "'); DROP TABLE cross_app_sessions;--",
};
// What a header carries as it is: others are no header, or become other characters on the way.
const IN_HEADER = new Set(['normal', 'empty', '513 characters', 'html', 'SQL']);

const refusedObject: Run = {
  by: 'redeem',
  isLocal: true,
  act: async (stage) => {
    const token = await watch(stage, stage.store.issueToken());
    const userAgent = { a: 1 } as unknown as string;
    const redeemed = stage.store.sessions.redeem(token, { targetApp: TARGET_APP, userAgent });
    await expect(redeemed).rejects.toMatchObject({ code: 'invalid_argument', status: 400 });
  },
};

/** An unknown field on the wire, for the header has it. */
const asField: Run = {
  by: 'validate-session, as an unknown field',
  act: async (stage) => {
    const token = (await filler(stage))('$VALID');
    const body = `{"session_token":"${token}","user_agent":"a\\u0000b"}`;
    await expectReply(stage, validating(body), { status: 200, uses: 1 });
    expect(await callerOf(stage.store, token)).toMatchObject({ redeemed_user_agent: null });
  },
};

export const planUserAgent: Planner = ({ name, input }) => {
  if (name === 'object (API)') return { runs: [refusedObject] };
  const expected = AGENTS[name];
  if (expected === undefined) return undefined;
  const isField = name === 'NUL in a JSON escape';
  const userAgent = isField ? 'a\0b' : (expand(input) as string);
  const stored = { redeemed_user_agent: expected };
  return {
    runs: [
      direct({ userAgent }, stored),
      ...(isField ? [asField] : []),
      ...(IN_HEADER.has(name) ? [overHttp([['User-Agent', userAgent]], stored)] : []),
    ],
  };
};
