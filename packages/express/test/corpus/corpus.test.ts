import { CORPUS } from './read-corpus.js';
import { openStage, SECRETS } from './open-stage.js';
import { PLANNED } from './plans/index.js';
import type { Stage } from './stage.js';

let stage: Stage & { close(): Promise<void> };
const exits: unknown[] = [];
const printed: string[] = [];
const note = (reason: unknown) => exits.push(reason);

beforeAll(async () => {
  stage = await openStage();
  process.on('unhandledRejection', note).on('uncaughtException', note);
});
beforeEach(() => {
  stage.errors.length = 0;
  stage.events.length = 0;
  stage.secrets.splice(0, Infinity, ...SECRETS);
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, level).mockImplementation((...said: unknown[]) => void printed.push(String(said)));
  }
});
afterAll(async () => {
  process.off('unhandledRejection', note).off('uncaughtException', note);
  await stage.close();
});

const runs = PLANNED.flatMap(({ kase: { group, name }, plan }) =>
  (plan?.runs ?? []).map(({ by, act }) => ({ title: `${group}: ${name} (${by})`, act })),
);

describe('the bad-input corpus', () => {
  it("is thought of in whole: every case is run, and its reply is the corpus' or has a reason", () => {
    expect(PLANNED.filter(({ plan }) => (plan?.runs.length ?? 0) === 0)).toEqual([]);
    const differing = PLANNED.filter(({ plan }) => plan?.differs !== undefined);
    const byGroup = Object.entries(CORPUS.meta.counts).map(([group, count]) => {
      const ours = differing.filter(({ kase }) => group === 'total' || kase.group === group);
      return [group, count - ours.length, ours.length];
    });
    // How many end as the corpus says, in our codes; how many otherwise, each for the reason in its plan.
    expect(byGroup).toEqual([
      ['total', 235, 6],
      ['returnTo', 81, 0],
      ['token', 37, 1],
      ['method_prefetch', 8, 0],
      ['header', 21, 1],
      ['cookie', 5, 0],
      ['pkce', 16, 1],
      ['json', 33, 3],
      ['ip', 16, 0],
      ['user_agent', 9, 0],
      ['config', 9, 0],
    ]);
  });

  it.each(runs)('$title', async ({ act }) => {
    await act(stage);
    expect(exits).toEqual([]);
    expect(printed).toEqual([]);
  });
});
