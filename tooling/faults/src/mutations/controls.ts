import { FAULTS } from '../run/schedule.js';
import { MUTATIONS } from './mutations.js';
import type { Mutation } from './mutations.js';
import { runMutated } from './run-mutations.js';

/** By fault: the change that takes away what stands against it. A fault that then breaks nothing would prove nothing. */
const DEFENCES: Readonly<Record<string, string>> = {
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
  'SIGSTOP of an app': 'no answer in time is told as a refusal',
  'pool of an app exhausted': 'no answer in time is told as a refusal',
  'SIGKILL of the issuer': 'no answer is told as a refusal, over HTTP',
  'SIGSTOP of the issuer': 'no answer is told as a refusal, over HTTP',
  'reload of the issuer': 'no answer is told as a refusal, over HTTP',
  'asynchronous failover': 'a token of another life can be redeemed',
  'restore of an older state': 'a token of another life can be redeemed',
  'synchronous failover': 'a wait for a standby that was cancelled counts as done',
  cleanup: 'cleanup takes what is still alive',
  archive: 'archive takes what is still alive',
};

// What is archived or cleaned has to be a minute old.
const TIMES = 5;
const TIMES_OF_CHORES = 14;

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
  for (const { name: fault } of FAULTS.filter(({ name }) => name in DEFENCES && wanted.test(name))) {
    const mutation = MUTATIONS.find(({ name }) => name === DEFENCES[fault]);
    if (mutation === undefined)
      throw new RangeError(`${fault}: there is no mutation that takes its defence away`);
    const args = ['--seed', String(seed), '--schedule', 'alone'];
    const times = ['cleanup', 'archive'].includes(fault) ? TIMES_OF_CHORES : TIMES;
    const withFault = await runMutated(mutation, [...args, '--times', String(times), '--fault', fault]);
    const withoutFault =
      without.get(mutation.name) ?? (await runMutated(mutation, [...args, '--times', String(TIMES)]));
    without.set(mutation.name, withoutFault);
    yield { fault, mutation, withFault, withoutFault };
  }
}
