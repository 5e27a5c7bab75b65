import { CrossAppError, isCrossAppError } from '@cross-app/protocol';
import DataLoader from 'dataloader';
import { mayBeOfOneRow } from './sql-state.js';
import type { IsWanted } from './database.js';
import { inTime, NoAnswer } from './in-time.js';
import type { GatherLimits } from './options.js';
import { Turns } from './turns.js';

/** How the calls of one kind become statements. */
export interface Statements<Call, Answer> {
  /** One call by one statement. */
  readonly one: (call: Call, isWanted?: IsWanted) => Promise<Answer>;
  /** Two or more by one statement. Answers come in the order of the calls. */
  readonly many: (calls: readonly Call[], isWanted: IsWanted) => Promise<readonly Answer[]>;
}

/** What {@link gather} gives. Both ways fail with `store_unavailable` alone. */
export interface Gathered<Call, Answer> {
  /** Together with what else is waiting. */
  run(call: Call): Promise<Answer>;
  /** By a statement of its own, which may wait for a lock and holds up nobody. */
  runAlone(call: Call): Promise<Answer>;
}

interface Limits {
  /** Null where each call has a statement of its own. */
  readonly batch: GatherLimits | null;
  readonly timeoutMs: number;
}

/** Gathers calls in statements, if the options say so. */
export function gather<Call, Answer>(
  { batch, timeoutMs }: Limits,
  statements: Statements<Call, Answer>,
): Gathered<Call, Answer> {
  if (batch === null) {
    // Such a call itself gives up the wait for a connection.
    const run = (call: Call): Promise<Answer> => statements.one(call);
    return { run, runAlone: run };
  }
  return new Gatherer(statements, batch, timeoutMs);
}

const NOT_SENT = 'the call was not sent in time';

interface Waiting<Call> {
  readonly call: Call;
  /** Its caller has been told that there is no answer. */
  isOver: boolean;
}

/** What became of a member of a batch; a promise where that goes on after the batch. */
interface Settled<Answer> {
  readonly answer: Answer | Promise<Answer>;
}

/**
 * While as many statements as may be are under way, the calls that come wait, and then go together. None waits for
 * others to come: a lone call is sent at once, as the single statement.
 */
class Gatherer<Call, Answer> implements Gathered<Call, Answer> {
  readonly #statements: Statements<Call, Answer>;
  readonly #maxPending: number;
  readonly #timeoutMs: number;
  readonly #together: Turns;
  readonly #alone: Turns;
  readonly #loader: DataLoader<Waiting<Call>, Settled<Answer>>;
  #pending = 0;

  constructor(statements: Statements<Call, Answer>, batch: GatherLimits, timeoutMs: number) {
    this.#statements = statements;
    this.#maxPending = batch.maxPending;
    this.#timeoutMs = timeoutMs;
    this.#together = new Turns(batch.connections);
    this.#alone = new Turns(batch.connections);
    this.#loader = new DataLoader((waiting) => this.#sendBatch(waiting), {
      cache: false,
      maxBatchSize: batch.maxSize,
      batchScheduleFn: (dispatch) => {
        this.#together.take(dispatch);
      },
    });
  }

  run(call: Call): Promise<Answer> {
    return this.#count(call, async (waiting) => (await this.#loader.load(waiting)).answer);
  }

  runAlone(call: Call): Promise<Answer> {
    return this.#count(call, (waiting) => this.#sendAlone(waiting));
  }

  async #count(call: Call, start: (waiting: Waiting<Call>) => Promise<Answer>): Promise<Answer> {
    if (this.#pending >= this.#maxPending) {
      throw unavailable(new RangeError(`there are ${this.#pending} calls already: see batch.maxPending`));
    }
    this.#pending += 1;
    const waiting = { call, isOver: false };
    try {
      return await inTime(start(waiting), this.#timeoutMs, 'the call was not answered');
    } catch (error) {
      waiting.isOver = true;
      throw unavailable(error);
    } finally {
      this.#pending -= 1;
    }
  }

  async #sendBatch(batch: readonly Waiting<Call>[]): Promise<(Settled<Answer> | Error)[]> {
    const current = batch.filter(({ isOver }) => !isOver);
    const answers = await this.#sendTogether(current);
    const settled = new Map(answers.map((answer, index) => [current[index], answer]));
    return batch.map((waiting) => settled.get(waiting) ?? new NoAnswer(NOT_SENT));
  }

  async #sendTogether(members: readonly Waiting<Call>[]): Promise<readonly Settled<Answer>[]> {
    const [first, ...others] = members.map(({ call }) => call);
    const isWanted = (): boolean => members.some(({ isOver }) => !isOver);
    try {
      if (first === undefined) return [];
      if (others.length === 0) return [{ answer: await this.#statements.one(first, isWanted) }];
      return (await this.#statements.many([first, ...others], isWanted)).map((answer) => ({ answer }));
    } catch (error) {
      if (others.length === 0 || !mayBeOfOneRow(error)) throw error;
    } finally {
      this.#together.end();
    }
    // What was refused for something in one of them is asked again, each by itself, and nobody waits for another one.
    return members.map((waiting) => ({ answer: this.#sendAlone(waiting) }));
  }

  async #sendAlone(waiting: Waiting<Call>): Promise<Answer> {
    await new Promise<void>((resolve) => {
      this.#alone.take(resolve);
    });
    try {
      if (waiting.isOver) throw new NoAnswer(NOT_SENT);
      return await this.#statements.one(waiting.call, () => !waiting.isOver);
    } finally {
      this.#alone.end();
    }
  }
}

function unavailable(cause: unknown): CrossAppError {
  return isCrossAppError(cause) ? cause : new CrossAppError('store_unavailable', { cause });
}
