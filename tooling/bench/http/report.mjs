import Table from 'cli-table3';
import { spread } from '../common/numbers.mjs';

const PLAIN = { style: { head: [], border: [], compact: true } };
const HEAD = ['call', 'calls/s', 'beside', 'calls/s', 'ratio', "server's CPU a call, ratio"];

/** Each case and what it is beside: the median of the rounds, and between what they were. */
export function printCalls(measured, calls) {
  const table = new Table({ ...PLAIN, head: HEAD });
  for (const { name, beside, isLocal = false, rounds } of measured) {
    const over = (value) => rounds.map(({ own, other }) => value(own, other));
    table.push([
      name,
      spread(
        over((own) => calls / own.seconds),
        0,
      ),
      beside,
      spread(
        over((_, other) => calls / other.seconds),
        0,
      ),
      spread(
        over((own, other) => other.seconds / own.seconds),
        2,
      ),
      isLocal
        ? ''
        : spread(
            over((own, other) => own.cpuSeconds / other.cpuSeconds),
            2,
          ),
    ]);
  }
  return table.toString();
}
