import { startChild } from './child.js';
import type { Child } from './child.js';
import { openCorpusStore, SECRETS } from './open-stage.js';
import { PLANNED } from './plans/index.js';
import { filler, expectReply, validating } from './stage.js';
import type { Stage } from './stage.js';
import type { TestStore } from '../store.js';

jest.setTimeout(240_000);

const WARM_UP = 2;
const ROUNDS = 6;
const WORKERS = 4;

let store: TestStore;
let child: Child;
beforeAll(async () => {
  store = await openCorpusStore();
  child = await startChild(store.url);
});
afterAll(async () => {
  await child.stop();
  await store.close();
});

const RUNS = PLANNED.flatMap(({ kase: { group, name }, plan }) =>
  (plan?.runs ?? []).flatMap(({ by, act, isLocal }) =>
    isLocal === true ? [] : [{ name: `${group}: ${name} (${by})`, act }],
  ),
);

const createStage = (): Stage => ({
  store,
  ports: child.ports,
  secrets: [...SECRETS],
  events: [],
  errors: [],
  isInside: false,
  tokens: {},
});

/** All cases once, some at the same time. */
async function playAll(): Promise<void> {
  const workers = Array.from({ length: WORKERS }, async (_, worker) => {
    const stage = createStage();
    for (const [index, { act }] of RUNS.entries()) if (index % WORKERS === worker) await act(stage);
  });
  await Promise.all(workers);
}

/** The processor time that the server spends on it, the least of three: the machine does other things meanwhile. */
async function costOf(act: (stage: Stage) => Promise<void>): Promise<number> {
  const costs: number[] = [];
  const stage = createStage();
  for (let time = 0; time < 3; time++) {
    const { cpu } = await child.usage('cpu');
    await act(stage);
    costs.push((await child.usage('cpu')).cpu - cpu);
  }
  return Math.min(...costs);
}

async function good(stage: Stage): Promise<void> {
  await expectReply(stage, validating((await filler(stage))('{"session_token":"$VALID"}')), {
    status: 200,
    uses: 1,
  });
}

describe('a server that gets the whole corpus again and again', () => {
  it('lives, prints nothing, and has no more on its heap afterwards', async () => {
    for (let round = 0; round < WARM_UP; round++) await playAll();
    const before = await child.usage('heap');
    for (let round = 0; round < ROUNDS; round++) await playAll();
    const after = await child.usage('heap');

    expect(child.isAlive()).toBe(true);
    expect(child.printed()).toBe('');
    // A kilobyte kept of each call would be more than this.
    expect(after.heap / before.heap).toBeLessThan(1.1);
    expect(after.buffers / before.buffers).toBeLessThan(2);
  });

  it('spends on 99 of 100 cases not much more time than on a good one', async () => {
    const costs = new Map<string, number>();
    for (const { name, act } of RUNS) costs.set(name, await costOf(act));
    const dearest = [...costs].sort(([, one], [, other]) => other - one).slice(Math.ceil(RUNS.length / 100));
    const ofGood = await costOf(good);
    expect(dearest.filter(([, cost]) => cost > 10 * ofGood)).toEqual([]);
  });

  it('does not inflate a bomb', async () => {
    const { peak } = await child.usage('heap');
    const bombs = RUNS.filter(({ name }) => name.includes('gzip bomb'));
    for (const { act } of bombs) for (let time = 0; time < 20; time++) await act(createStage());
    expect(bombs).toHaveLength(2);
    expect((await child.usage('heap')).peak - peak).toBeLessThan(50 * 2 ** 20);
  });
});
