import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCrossAppSessions } from '@cross-app/core';
import type { Knex } from 'knex';
import type { History, Told } from '../history/history.js';
import { now } from '../history/recorder.js';
import type { RecordedRow, Recorder } from '../history/recorder.js';
import { RecordedVerbs } from '../workload/recorded-verbs.js';
import { databaseNow } from './database-now.js';
import type { Stage } from './stage.js';

const AT_A_TIME = 64;

/** When everybody has gone home: every token once more under a new redemption id, and then what the rows say. */
export async function lastLook(
  stage: Pick<Stage, 'openKnex' | 'recorder'>,
  { operations }: History,
): Promise<void> {
  const knex = stage.openKnex();
  try {
    await recordClock(knex, stage.recorder);
    const sessions = createCrossAppSessions({ knex, appId: 'tuvens' });
    const verbs = new RecordedVerbs(sessions, stage.recorder, 'stage');
    const issues = operations.flatMap(({ request, outcome }) =>
      request.verb === 'issue' && outcome.kind === 'ok' && outcome.answer.verb === 'issue'
        ? [{ ...request, token: outcome.answer.token }]
        : [],
    );
    const work = issues.values();
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const { token, targetApp, codeVerifier } of work) {
          await verbs.redeem({ token, targetApp, codeVerifier, redemptionId: randomUUID() });
        }
      }),
    );
    stage.recorder.write({ kind: 'rows', rows: await readRows(knex) });
    await recordAudit(knex, stage.recorder);
    await stage.recorder.synced();
  } finally {
    await knex.destroy();
  }
}

/** Bounds of the difference between the database's clock and ours, from several short looks. */
async function recordClock(knex: Knex, recorder: Recorder): Promise<void> {
  let min = -Infinity;
  let max = Infinity;
  for (let look = 0; look < 20; look++) {
    const before = now();
    const shown = await databaseNow(knex);
    const after = now();
    min = Math.max(min, shown - after);
    max = Math.min(max, shown - before);
    await sleep(5);
  }
  recorder.write({ kind: 'clock', min, max });
}

async function readRows(knex: Knex): Promise<RecordedRow[]> {
  const { rows } = await knex.raw<{ rows: RecordedRow[] }>(`
    SELECT id::text AS "id", token_hash AS "tokenHash", user_id::text AS "userId",
           floor(extract(epoch FROM used_at) * 1000)::float8 AS "usedAtMs", redemption_id::text AS "redemptionId",
           floor(extract(epoch FROM created_at) * 1000)::float8 AS "createdAtMs", revoked_at IS NOT NULL AS "isRevoked", floor(extract(epoch FROM expires_at) * 1000)::float8 AS "expiresAtMs",
           is_archived AS "isArchived"
    FROM (
      SELECT id, token_hash, user_id, created_at, used_at, redemption_id, revoked_at, expires_at, false AS is_archived
      FROM cross_app_sessions
      UNION ALL
      SELECT id, token_hash, user_id, created_at, used_at, redemption_id, revoked_at, expires_at, true
      FROM cross_app_sessions_archive
    ) both_tables`);
  return rows;
}

async function recordAudit(knex: Knex, recorder: Recorder): Promise<void> {
  const at = now();
  const { rows } = await knex.raw<{ rows: { id: string; name: Told['name']; reason: string | null }[] }>(
    'SELECT session_id::text AS id, event AS name, reason FROM cross_app_audit WHERE session_id IS NOT NULL',
  );
  for (const { id, name, reason } of rows) {
    recorder.write({ kind: 'told', where: 'audit', name, row: { id }, isRetry: reason === 'retry', at });
  }
}
