import { isNativeError } from 'node:util/types';
import { redactTokens } from '@cross-app/protocol';

/** A step did not do what it should. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** Unless the condition holds, the step has failed. `what` says what was expected. */
export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new StepFailed(`expected ${what}`);
}

/** Prints what happens, step by step, and never a token. */
export class Transcript {
  readonly #print: (line: string) => void;
  #steps = 0;

  constructor(print: (line: string) => void) {
    this.#print = (line) => {
      print(redactTokens(line));
    };
  }

  /** Does the step, and says what came of it: `work` gives its result and the words for it. */
  async step<Result>(title: string, work: () => Promise<readonly [Result, string]>): Promise<Result> {
    this.#steps += 1;
    this.#print(`\n${this.#steps}. ${title}`);
    try {
      const [result, outcome] = await work();
      this.#print(`   ✓ ${outcome}`);
      return result;
    } catch (error) {
      this.#print(`   ✗ step ${this.#steps} failed: ${reasonOf(error)}`);
      throw new StepFailed(`step ${this.#steps}, ${title}`, { cause: error });
    }
  }

  /** Adds a line to the step under way. */
  note(line: string): void {
    this.#print(`     ${line}`);
  }

  /** Adds a line that belongs to no step. */
  say(line: string): void {
    this.#print(line);
  }
}

// `fetch failed` tells its reason in its cause.
function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reasonOf(error.cause)})`;
}
