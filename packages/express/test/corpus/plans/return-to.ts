import { ORIGIN, SIGN_IN, SOURCE_ORIGIN } from '../apps.js';
import { expand } from '../read-corpus.js';
import type { CorpusCase } from '../read-corpus.js';
import { expectPage, watch } from '../stage.js';
import type { Stage } from '../stage.js';
import type { Plan, Planner } from './plan.js';

// What the header line of a request may be; Node answers more of it itself.
const MAX_TARGET_LENGTH = 8_000;
const COOKIE = ['Cookie', `__Host-cross-app=${'g'.repeat(43)}`] as const;

/** `accept: Location = X (…)` in the words of the corpus, or undefined for what is to be refused. */
function acceptedBy({ expect: said }: CorpusCase): string | undefined {
  return /^accept: Location = (\S+) /.exec(said)?.[1];
}

/** The parameter as a browser would write it in a query. */
function asQuery(name: string, input: unknown): string {
  const { $query } = (typeof input === 'object' && input !== null ? input : {}) as { $query?: string };
  if ($query !== undefined) return $query.replaceAll('returnTo=', `${name}=`);
  const value = expand(input);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return new URLSearchParams([[name, text]]).toString();
}

const atStart =
  (kase: CorpusCase): Plan['runs'][number]['act'] =>
  async (stage) => {
    // Node reads no more of a request line than 16 kB, and a reset would come before its answer to a megabyte.
    const query = asQuery('return_to', kase.input).slice(0, 20_000);
    const request = { method: 'GET', target: `${SIGN_IN}/start?${query}` };
    const accepted = acceptedBy(kase);
    if (accepted === undefined) {
      await expectPage(stage, request, { status: query.length > MAX_TARGET_LENGTH ? 431 : 400, queries: 0 });
      return;
    }
    const reply = await expectPage(stage, request, { status: 303, location: SOURCE_ORIGIN, queries: 0 });
    const state = new URL(reply.headers['location'] ?? '').searchParams.get('state') ?? '';
    const sealed = Buffer.from(state.split('.', 1)[0] ?? '', 'base64url').toString();
    expect((JSON.parse(sealed) as string[])[2]).toBe(accepted);
  };

/** The token of a link is used, and a place that is refused is left alone: the default stands in for it. */
const atRedeem =
  (kase: CorpusCase): Plan['runs'][number]['act'] =>
  async (stage: Stage) => {
    const token = await watch(stage, stage.store.issueToken());
    const query = asQuery('callback_url', kase.input);
    const request = {
      target: `${SIGN_IN}/continue`,
      headers: [['Content-Type', 'application/x-www-form-urlencoded'], ['Origin', ORIGIN], COOKIE],
      body: `session_token=${token}&${query}`,
    } as const;
    if (query.length > 32_768) await expectPage(stage, request, { status: 413, queries: 0 });
    else if (query.split('callback_url=').length > 2)
      await expectPage(stage, request, { status: 400, queries: 0 });
    else await expectExactly(stage, request, acceptedBy(kase) ?? `${ORIGIN}/`);
  };

async function expectExactly(
  stage: Stage,
  request: Parameters<typeof expectPage>[1],
  place: string,
): Promise<void> {
  const reply = await expectPage(stage, request, { status: 303, uses: 1, location: /./ });
  expect(reply.headers['location']).toBe(place);
}

export const planReturnTo: Planner = (kase) => ({
  runs: [
    { by: 'the start of the bound flow', act: atStart(kase) },
    // Not in the process whose memory is measured: what it does there with each of them is the same.
    { by: 'the button of a link', isLocal: true, act: atRedeem(kase) },
  ],
});
