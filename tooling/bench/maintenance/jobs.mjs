// The jobs: ours, and beside each the best single statement that a DBA would type.
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { archiveSessions, backUpSessions, cleanUpSessions, restoreSessions } from '@cross-app/core';
import pgCopyStreams from 'pg-copy-streams';

const OLD = "expires_at < now() - interval '1 day' OR revoked_at < now() - interval '1 day'";
const MOVE = (condition) =>
  `WITH moved AS (DELETE FROM cross_app_sessions WHERE ${condition} RETURNING *)
   INSERT INTO cross_app_sessions_archive SELECT * FROM moved`;

/** Each takes `(knex, file)`. A restore reads the file that its own backup has written. */
export const JOBS = {
  nothing: () => undefined,
  'cleanup ours': (knex) => cleanUpSessions(knex),
  'cleanup sql': (knex) => knex.raw(MOVE(OLD)),
  'cleanup --delete ours': (knex) => cleanUpSessions(knex, { keepHistory: false }),
  'cleanup --delete sql': (knex) => knex.raw(`DELETE FROM cross_app_sessions WHERE ${OLD}`),
  'archive ours': (knex) => archiveSessions(knex),
  'archive sql': (knex) => knex.raw(MOVE("created_at < now() - interval '30 days'")),
  'backup ours': (knex, file) => backUpSessions(knex, { file, with: 'copy' }),
  'backup sql': (knex, file) => copyOut(knex, 'COPY cross_app_sessions TO STDOUT', file),
  'restore ours': (knex, file) => restoreSessions(knex, { file }),
  'restore sql': (knex, file) => copyIn(knex, file, 'COPY cross_app_sessions FROM STDIN'),
};

async function copyOut(knex, statement, file) {
  await withClient(knex, (client) =>
    pipeline(client.query(pgCopyStreams.to(statement)), createGzip(), createWriteStream(file)),
  );
}

async function copyIn(knex, file, statement) {
  await withClient(knex, (client) =>
    pipeline(createReadStream(file), createGunzip(), client.query(pgCopyStreams.from(statement))),
  );
}

async function withClient(knex, work) {
  const client = await knex.client.acquireConnection();
  try {
    await work(client);
  } finally {
    await knex.client.releaseConnection(client);
  }
}
