import { cpus, totalmem } from 'node:os';
import { openKnex } from './database.mjs';

/** On what it was measured. */
export async function machineOf(serverUrl) {
  return {
    cores: cpus().length,
    cpu: cpus()[0].model.trim(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres: await postgresVersion(serverUrl),
  };
}

async function postgresVersion(url) {
  const knex = openKnex(url);
  try {
    const { rows } = await knex.raw("SELECT current_setting('server_version') AS version");
    return rows[0].version;
  } finally {
    await knex.destroy();
  }
}
