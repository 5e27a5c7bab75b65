import { FULL_DISK } from '../run/full-disk.js';
import { MUTATIONS } from './mutations.js';
import type { Mutation } from './mutations.js';
import { runMutated } from './run-mutations.js';

/** By fault: the change that takes away what stands against it. A fault that then breaks nothing would prove nothing. */
export const DEFENCES: Readonly<Record<string, string>> = {
  'SIGKILL of PostgreSQL': 'a redeem is acknowledged before it is durable',
  'asynchronous commit by default': 'synchronous_commit is whatever the host says',
  'replies dropped': 'no answer is told as a refusal',
  'connections reset': 'no answer is told as a refusal',
  'every connection cut': 'no answer is told as a refusal',
  'connections half-open': 'nothing has a time limit',
  'replies delayed': 'no answer in time is told as a refusal',
  pg_terminate_backend: 'a cut connection is told as a refusal',
  pg_cancel_backend: 'no answer is told as a refusal',
  'statement and lock time-outs': 'no answer is told as a refusal',
  'rows locked by others': 'no answer in time is told as a refusal',
  'another isolation level': 'the isolation level is whatever the host says',
  'SIGSTOP of an app': 'a row is held while the app does something else',
  'pool of an app exhausted': 'no answer in time is told as a refusal',
  'SIGKILL of the issuer': 'no answer is told as a refusal, over HTTP',
  'SIGSTOP of the issuer': 'no answer is told as a refusal, over HTTP',
  'reload of the issuer': 'no answer is told as a refusal, over HTTP',
  'asynchronous failover': 'a token of another life can be redeemed',
  'restore of an older state': 'a token of another life can be redeemed',
  'synchronous failover': 'a wait for a standby that was cancelled counts as done',
  'SIGKILL of an app': 'the redemption id is written by a statement of its own',
  'a copied directory': 'a new epoch revokes nothing',
  partition: 'work on the tables waits for its locks',
  [FULL_DISK]: 'no answer is told as a refusal',
  cleanup: 'cleanup takes what is still alive',
  archive: 'archive takes what is still alive',
};

const TIMES = 5;
// What is archived or cleaned has to be a minute old; and an app has to be met between two round trips.
const MORE_TIMES = 14;
const STRIKE_MORE_OFTEN: readonly string[] = ['cleanup', 'archive', 'SIGKILL of an app', 'SIGSTOP of an app'];

export interface Control {
  readonly fault: string;
  readonly mutation: Mutation;
  /** The rules that were broken. */
  readonly withFault: readonly string[];
  /** The same change without the fault: what is broken here too, the fault has not shown. */
  readonly withoutFault: readonly string[];
}

/** Runs every fault alone, with its defence off; and once more without the fault. */
export async function* runControls(seed: number, wanted: RegExp): AsyncGenerator<Control> {
  const without = new Map<string, readonly string[]>();
  for (const [fault, defence] of Object.entries(DEFENCES).filter(([name]) => wanted.test(name))) {
    const mutation = MUTATIONS.find(({ name }) => name === defence);
    if (mutation === undefined) throw new RangeError(`${fault}: there is no mutation by which ${defence}`);
    const run = (...args: string[]): Promise<string[]> =>
      runMutated(mutation, ['--seed', String(seed), '--schedule', ...args]);
    const withFault = await run(...argumentsFor(fault));
    const withoutFault = without.get(defence) ?? (await run('alone', '--times', String(TIMES)));
    without.set(defence, withoutFault);
    yield { fault, mutation, withFault, withoutFault };
  }
}

function argumentsFor(fault: string): string[] {
  if (fault === FULL_DISK) return ['full-disk'];
  const times = STRIKE_MORE_OFTEN.includes(fault) ? MORE_TIMES : TIMES;
  return ['alone', '--fault', fault, '--times', String(times)];
}
