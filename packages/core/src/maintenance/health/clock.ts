import type { CheckGroup, HealthContext } from './context.js';
import { conclude } from './report.js';
import { judge } from './thresholds.js';
import { duration } from './wording.js';

interface Reading {
  /** What this machine's clock is ahead of the database's. */
  readonly aheadSeconds: number;
  /** Half of the round trip: the database looked at its clock at some moment of it. */
  readonly uncertaintySeconds: number;
}

const READINGS = 3;

/** This machine's clock and the database's, which decides. */
export const clock: CheckGroup = {
  names: ['clock'],
  async run(context) {
    let best = await read(context);
    for (let more = 1; more < READINGS; more++) {
      const other = await read(context);
      if (other.uncertaintySeconds < best.uncertaintySeconds) best = other;
    }
    const { aheadSeconds, uncertaintySeconds } = best;
    const difference = Math.abs(aheadSeconds);
    const status = judge(Math.max(0, difference - uncertaintySeconds), context.thresholds.clockSeconds);
    const side = aheadSeconds > 0 ? 'ahead of' : 'behind';
    return [
      conclude('clock', status, {
        message:
          difference < 1
            ? "this machine's clock is less than a second from the database's"
            : `this machine's clock is ${duration(difference)} ${side} the database's`,
        advice:
          'let NTP set both; the database decides what has expired, but from 5 minutes on an app refuses fresh tokens by its own clock until it has heard from the database',
        values: { aheadSeconds, uncertaintySeconds },
      }),
    ];
  },
};

async function read({ trx, now }: HealthContext): Promise<Reading> {
  const sentMs = now();
  const { rows } = await trx.raw<{ rows: { seconds: number }[] }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds',
  );
  const receivedMs = now();
  const aheadSeconds = (sentMs + receivedMs) / 2000 - (rows[0]?.seconds ?? 0);
  return { aheadSeconds, uncertaintySeconds: Math.abs(receivedMs - sentMs) / 2000 };
}
