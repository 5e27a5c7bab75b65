import type { CheckGroup } from './context.js';
import { conclude } from './report.js';
import { judge } from './thresholds.js';
import { count, duration } from './wording.js';

const MANY = 100_000;

/** Whether cleanup runs: by the oldest row it should have taken. */
export const cleanup: CheckGroup = {
  names: ['cleanup'],
  async run({ trx, target, thresholds, retentionSeconds }) {
    const isDue = `expires_at < now() - :retentionSeconds * interval '1 second'`;
    const { rows } = await trx.raw<{ rows: { age: number | null; due: number }[] }>(
      `SELECT extract(epoch FROM now() - (SELECT min(expires_at) FROM ${target.sessions}))::float8 AS age,
              (SELECT count(*) FROM (SELECT FROM ${target.sessions} WHERE ${isDue} LIMIT :many) found)::float8 AS due`,
      { retentionSeconds, many: MANY },
    );
    const { age = null, due = 0 } = rows[0] ?? {};
    const lag = Math.max(0, (age ?? 0) - retentionSeconds);
    const rest = `${due >= MANY ? 'at least ' : ''}${count(due, 'row')}`;
    return [
      conclude('cleanup', judge(lag, thresholds.cleanupLagSeconds), {
        message:
          due === 0
            ? 'nothing that cleanup should have taken'
            : `cleanup should have taken ${rest}, the oldest ${duration(lag)} ago`,
        advice:
          'run cross-app cleanup, and see why its schedule does not; with another retention than 24 hours say so here too',
        values: { lagSeconds: lag, dueRows: due },
      }),
    ];
  },
};
