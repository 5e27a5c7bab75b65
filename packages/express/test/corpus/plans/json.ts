import { expand } from '../read-corpus.js';
import type { CorpusCase } from '../read-corpus.js';
import { filler, generating, landing, expectReply, validating } from '../stage.js';
import type { Stage, Verdict } from '../stage.js';
import type { Plan, Planner, Run } from './plan.js';

const OK: Verdict = { status: 200, uses: 1 };
const ISSUED: Verdict = { status: 200, adds: 1 };
const NOT_FOUND: Verdict = { status: 404, code: 'invalid_token' };
const REFUSED: Verdict = { status: 401, code: 'invalid_token' };
const BAD: Verdict = { status: 400, code: 'invalid_argument', queries: 0 };
const MISSING: Verdict = { status: 400, code: 'token_missing', queries: 0 };
const MALFORMED: Verdict = { status: 400, code: 'token_malformed', queries: 0 };
const TOO_LARGE: Verdict = { status: 413, code: 'payload_too_large', queries: 0 };

interface Input {
  readonly $json?: string;
  readonly $ct?: string;
}

/** The body with our name for the token. */
function bodyOf({ input }: CorpusCase, fill: (text: string) => string): string | Buffer {
  const body = (input as Input).$json ?? expand(input);
  if (typeof body === 'string') return fill(rename(body));
  const bytes = body as Buffer;
  // A gzip's bytes are none of our text.
  return bytes[0] === 0x1f ? bytes : Buffer.from(rename(bytes.toString('latin1')), 'latin1');
}

const rename = (json: string) => json.replaceAll('"token":', '"session_token":');

/** `validate-session` and the landing, with more headers where the case has some. */
const redeeming = (kase: CorpusCase, verdicts: readonly [Verdict, Verdict], headers: Headers = []): Run[] =>
  [validating, landing].map((call, index) => ({
    by: index === 0 ? 'validate-session' : 'the landing',
    act: async (stage: Stage) => {
      const request = call(bodyOf(kase, await filler(stage)));
      const names = new Set(headers.map(([name]) => name));
      const kept = (request.headers ?? []).filter(([name]) => !names.has(name));
      await expectReply(stage, { ...request, headers: [...kept, ...headers] }, verdicts[index] ?? OK);
    },
  }));

type Headers = readonly (readonly [string, string])[];

const both =
  (verdict: Verdict) =>
  (kase: CorpusCase): Plan => ({ runs: redeeming(kase, [verdict, verdict]) });
const each =
  (...verdicts: [Verdict, Verdict]) =>
  (kase: CorpusCase): Plan => ({ runs: redeeming(kase, verdicts) });

/** `generate-session`. The user is who is signed in, whatever `user_id` the body has. */
const issuing =
  (verdict: Verdict, accountId?: string) =>
  (kase: CorpusCase): Plan => ({
    runs: [
      {
        by: 'generate-session',
        act: async (stage) => {
          const { body } = await expectReply(
            stage,
            generating(String(bodyOf(kase, await filler(stage)))),
            verdict,
          );
          if (accountId !== undefined) expect(JSON.parse(body)).toMatchObject({ account_id: accountId });
        },
      },
    ],
  });

/** The wire has no such field; the verb has, where a life that is too long or short costs no query either. */
const noTtl =
  (ttlSeconds: number) =>
  (kase: CorpusCase): Plan => ({
    differs:
      'callers of generate-session do not choose the life of a token: the field is unknown, so ignored',
    runs: [
      ...issuing(ISSUED)(kase).runs,
      {
        by: 'issue',
        isLocal: true,
        act: async ({ store }) => {
          const queries = await store.countQueries(async () => {
            const issued = store.issueToken({ ttlSeconds });
            await expect(issued).rejects.toMatchObject({ code: 'invalid_argument' });
          });
          expect(queries).toBe(0);
        },
      },
    ],
  });

// An id that PostgreSQL is asked for and does not find: a text, which the host's ids may be.
const NO_SUCH_ACCOUNT: Verdict = { status: 400, code: 'invalid_argument' };

const PLANS: Readonly<Record<string, (kase: CorpusCase) => Plan>> = {
  'empty body': both(MISSING),
  'trailing garbage': both(BAD),
  'string body': both(BAD),
  'number body': both(BAD),
  'duplicate keys (JSON.parse keeps the LAST)': each(NOT_FOUND, REFUSED),
  'deep objects 100 000': both(TOO_LARGE),
  'constructor.prototype': both(OK),
  'hasOwnProperty overwritten': both(OK),
  'then key (fake thenable)': both(OK),
  'BOM first': both(OK),
  'invalid UTF-8 in a string': both(MALFORMED),
  'text/plain': (kase) => ({
    runs: redeeming(
      kase,
      [{ status: 415, code: 'unsupported_media_type', queries: 0 }, MISSING],
      [['Content-Type', 'text/plain']],
    ),
  }),
  'Content-Encoding: gzip bomb 10 KB -> 10 MB': (kase) => ({
    runs: redeeming(kase, [TOO_LARGE, TOO_LARGE], [['Content-Encoding', 'gzip']]),
  }),
  '9 KB body': (kase) => ({
    ...each(MALFORMED, TOO_LARGE)(kase),
    differs: 'the issuer takes 16 kB, for event_data alone may have 8 kB; the landing takes 8 kB',
  }),
  'account_id 1e3 (number)': issuing(ISSUED, '1000'),
  'account_id 2^63-1 string': issuing(ISSUED, '9223372036854775807'),
  'account_id "NaN"': issuing(NO_SUCH_ACCOUNT),
  'redemption_id not a UUID': each(BAD, OK),
  'redemption_id nil UUID': each(BAD, OK),
  'redemption_id of another token': each(NOT_FOUND, REFUSED),
  'ttl 0': noTtl(0),
  'ttl above 900': noTtl(901),
  'target_app unknown': issuing(BAD),
  'target_app constructor': issuing(BAD),
};

export const planJson: Planner = (kase) => {
  if (Object.hasOwn(PLANS, kase.name)) return PLANS[kase.name]?.(kase);
  return kase.name.startsWith('account_id ') ? issuing(BAD)(kase) : undefined;
};
