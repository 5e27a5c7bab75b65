import { setImmediate as nextTurn } from 'node:timers/promises';
import { gather } from '../src/gather.js';
import type { Gathered } from '../src/gather.js';

type Outcome = string | Error;

/** Statements that end when the test says so, and what was sent by them. */
class Sent {
  readonly one: string[] = [];
  readonly many: string[][] = [];
  readonly #ends: ((outcome: Outcome) => void)[] = [];
  #underWay = 0;
  most = 0;

  readonly statements = {
    one: async (call: string): Promise<string> => {
      this.one.push(call);
      await this.#end();
      if (call.startsWith('bad')) throw sqlError('22P02');
      return `one ${call}`;
    },
    many: async (calls: readonly string[]): Promise<string[]> => {
      this.many.push([...calls]);
      await this.#end();
      if (calls.some((call) => call.startsWith('bad'))) throw sqlError('22P02');
      return calls.map((call) => `many ${call}`);
    },
  };

  #end(): Promise<void> {
    this.#underWay += 1;
    this.most = Math.max(this.most, this.#underWay);
    return new Promise((resolve, reject) => {
      this.#ends.push((outcome) => {
        this.#underWay -= 1;
        if (outcome instanceof Error) reject(outcome);
        else resolve();
      });
    });
  }

  /** Ends the statement that has been under way for longest. */
  async endNext(outcome: Outcome = 'well'): Promise<void> {
    this.#ends.shift()?.(outcome);
    await settle();
  }

  async endAll(): Promise<void> {
    await settle();
    while (this.#ends.length > 0) await this.endNext();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

function sqlError(code: string): Error {
  return Object.assign(new RangeError(`SQLSTATE ${code}`), { code });
}

const batch = { maxSize: 3, maxPending: 20, connections: 2 };

let sent: Sent;
let gathered: Gathered<string, string>;
beforeEach(() => {
  sent = new Sent();
  gathered = gather({ batch, timeoutMs: 10_000 }, sent.statements);
});

/** Asks for them together. What becomes of them is looked at later. */
function run(...calls: string[]): Promise<string>[] {
  const answers = calls.map((call) => gathered.run(call));
  for (const answer of answers) answer.catch(() => undefined);
  return answers;
}
const codesOf = async (calls: readonly Promise<string>[]): Promise<string[]> =>
  (await Promise.allSettled(calls)).map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as { code: string }).code,
  );

describe('a lone call', () => {
  it('goes out at the next turn of the event loop, as the single statement', async () => {
    const [answer] = run('a');
    await nextTurn();
    expect(sent.one).toEqual(['a']);
    await sent.endNext();
    expect(await answer).toBe('one a');
    expect(sent.many).toEqual([]);
  });
});

describe('calls that come while every connection is busy', () => {
  it('wait, and then go together in the order in which they came, no more than maxSize', async () => {
    const first = run('a');
    await settle();
    const second = run('b');
    await settle();
    const rest = run('c', 'd', 'e', 'f');
    await settle();
    expect([sent.one, sent.many]).toEqual([['a', 'b'], []]);
    await sent.endNext();
    expect(sent.many).toEqual([['c', 'd', 'e']]);
    await sent.endAll();
    expect(sent.one).toEqual(['a', 'b', 'f']);
    expect(await Promise.all([...first, ...second, ...rest])).toEqual([
      'one a',
      'one b',
      'many c',
      'many d',
      'many e',
      'one f',
    ]);
  });

  it('take the places of those that came at the same moment: a batch is open until it goes', async () => {
    void run('a', 'b');
    await nextTurn();
    expect(sent.many).toEqual([['a', 'b']]);
    await sent.endAll();
  });

  it('never have more statements under way than there are connections', async () => {
    const calls = run(...Array.from({ length: 20 }, (_, index) => `call ${index}`));
    await sent.endAll();
    expect(await Promise.all(calls)).toHaveLength(20);
    expect(sent.most).toBe(2);
  });
});

describe('a member that the database refuses', () => {
  it('fails alone: the others are asked again, each by itself, and answered', async () => {
    const calls = run('a', 'bad b', 'c');
    await sent.endAll();
    expect(await codesOf(calls)).toEqual(['one a', 'store_unavailable', 'one c']);
    expect(sent.most).toBeLessThanOrEqual(2);
    await expect(calls[1]).rejects.toMatchObject({ cause: { code: '22P02' } });
  });

  it.each(['23505', '44000', 'P0001', '42501', '40P01', '55P03', '57014'])(
    'and %s may be of one row too',
    async (state) => {
      const calls = run('a', 'b');
      await settle();
      await sent.endNext(sqlError(state));
      await sent.endAll();
      expect(await codesOf(calls)).toEqual(['one a', 'one b']);
    },
  );

  it.each(['08006', '57P01', '53100', '25006', '42P01'])(
    'but %s is an answer to all, and nobody is asked again',
    async (state) => {
      const calls = run('a', 'b');
      await settle();
      await sent.endNext(sqlError(state));
      expect(await codesOf(calls)).toEqual(['store_unavailable', 'store_unavailable']);
      expect(sent.one).toEqual([]);
    },
  );

  it('leaves its connection to those who wait, while its batch is asked again', async () => {
    gathered = gather({ batch: { ...batch, connections: 1 }, timeoutMs: 10_000 }, sent.statements);
    void run('a', 'bad b');
    await settle();
    const waits = run('c', 'd');
    await sent.endNext();
    expect(sent.many).toEqual([
      ['a', 'bad b'],
      ['c', 'd'],
    ]);
    await sent.endAll();
    expect(await Promise.all(waits)).toEqual(['many c', 'many d']);
  });
});

describe('the queue has an end', () => {
  it('one call more is store_unavailable at once, and room comes back with answers and with errors', async () => {
    const calls = run(
      ...Array.from({ length: 20 }, (_, index) => (index < 10 ? `call ${index}` : `bad ${index}`)),
    );
    await expect(gathered.run('one more')).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { message: expect.stringContaining('batch.maxPending') },
    });
    await sent.endAll();
    await Promise.allSettled(calls);
    const again = run(...Array.from({ length: 20 }, (_, index) => `again ${index}`));
    await sent.endAll();
    expect(await Promise.all(again)).toHaveLength(20);
    expect([...sent.one, ...sent.many.flat()]).not.toContain('one more');
  });
});

describe('without an answer in time', () => {
  it('a call that still waits for its turn fails, and is never sent', async () => {
    gathered = gather({ batch: { ...batch, connections: 1 }, timeoutMs: 50 }, sent.statements);
    const sentCall = gathered.run('a');
    await settle();
    const late = gathered.run('late');
    expect(await codesOf([sentCall, late])).toEqual(['store_unavailable', 'store_unavailable']);
    await sent.endAll();
    expect([sent.one, sent.many]).toEqual([['a'], []]);
    const next = gathered.run('next');
    await sent.endAll();
    expect(await next).toBe('one next');
  });

  it('one that waits to be asked by itself fails as well', async () => {
    gathered = gather({ batch: { ...batch, connections: 1 }, timeoutMs: 50 }, sent.statements);
    const holds = gathered.runAlone('holds');
    await settle();
    const late = gathered.runAlone('late');
    expect(await codesOf([holds, late])).toEqual(['store_unavailable', 'store_unavailable']);
    await sent.endAll();
    expect(sent.one).toEqual(['holds']);
  });
});

describe('calls that are to be alone', () => {
  it('do not take the turns of those that go together', async () => {
    const alone = ['x', 'y', 'z'].map((call) => gathered.runAlone(call));
    await settle();
    expect(sent.one).toEqual(['x', 'y']);
    const together = run('a', 'b');
    await settle();
    expect(sent.many).toEqual([['a', 'b']]);
    await sent.endAll();
    expect(await Promise.all([...alone, ...together])).toEqual([
      'one x',
      'one y',
      'one z',
      'many a',
      'many b',
    ]);
  });
});

it('without batching each call has a statement of its own, at once', async () => {
  gathered = gather({ batch: null, timeoutMs: 10_000 }, sent.statements);
  const calls = run('a', 'b', 'c');
  expect(sent.one).toEqual(['a', 'b', 'c']);
  await sent.endAll();
  expect(await Promise.all(calls)).toEqual(['one a', 'one b', 'one c']);
});
