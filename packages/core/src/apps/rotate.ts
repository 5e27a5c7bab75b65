import type { Knex } from 'knex';
import { inTransaction } from '../maintenance/batches.js';
import { MaintenanceRefused } from '../maintenance/refused.js';
import type { TableChoice } from '../maintenance/tables.js';
import { refuseUnknownKeys, requireWholeNumber } from '../options.js';
import { findAppTables } from './find.js';
import { makeSecret } from './secret.js';
import type { NewSecret } from './secret.js';
import type { AppTables } from './table.js';

/** Options of {@link rotateAppSecret}. */
export interface RotateOptions extends TableChoice {
  /** For how long the old secrets still work, in whole seconds, 0 to a year. Default 604,800, which is 7 days. */
  readonly overlapSeconds?: number;
}

/** What {@link rotateAppSecret} did. */
export interface RotatedSecret extends NewSecret {
  /** The secrets that now end, and when. One that was to end sooner still does. */
  readonly ending: readonly EndingSecret[];
}

/** A secret that ends. */
export interface EndingSecret {
  readonly secretId: string;
  readonly expiresAt: Date;
}

const WEEK = 7 * 86_400;
const YEAR = 365 * 86_400;

/**
 * Gives an app another secret, and lets the ones it has end after the overlap. Those that have ended are deleted.
 *
 * @throws TypeError for an unknown option or a value outside its limits.
 * @throws MaintenanceRefused when there is no such app, or no table of apps.
 * @example
 * const { secret } = await rotateAppSecret(knex, 'hi-events', { overlapSeconds: 86_400 });
 */
export async function rotateAppSecret(
  knex: Knex,
  appId: string,
  options: RotateOptions = {},
): Promise<RotatedSecret> {
  refuseUnknownKeys('rotateAppSecret', options, ['sessionsTable', 'overlapSeconds']);
  const { overlapSeconds = WEEK } = options;
  requireWholeNumber('overlapSeconds', overlapSeconds, [0, YEAR]);
  const tables = await findAppTables(knex, options);
  const { digest, ...made } = makeSecret();
  const values = { appId, overlapSeconds, secretId: made.secretId, digest };
  const ending = await inTransaction(knex, (trx) => rotate(trx, tables, values));
  return { ...made, ending };
}

async function rotate(
  trx: Knex.Transaction,
  { apps, secrets }: AppTables,
  values: { readonly appId: string } & Readonly<Record<string, string | number>>,
): Promise<EndingSecret[]> {
  // The lock is a statement of its own: whoever waited for it must see in the next one what the other has made, or
  // that secret would never end.
  const { rows: found } = await trx.raw<{ rows: unknown[] }>(`SELECT FROM ${apps} WHERE id = ? FOR UPDATE`, [
    values.appId,
  ]);
  if (found.length === 0) throw new MaintenanceRefused(`There is no app ${values.appId}.`);
  const { rows } = await trx.raw<{ rows: EndingSecret[] }>(
    `WITH gone AS (
  DELETE FROM ${secrets} WHERE app_id = :appId AND expires_at <= now()
), ending AS (
  UPDATE ${secrets} SET expires_at = least(expires_at, now() + make_interval(secs => :overlapSeconds))
  WHERE app_id = :appId AND (expires_at > now()) IS NOT FALSE
  RETURNING id, expires_at
), made AS (
  INSERT INTO ${secrets} (app_id, id, digest) VALUES (:appId, :secretId, :digest)
)
SELECT id AS "secretId", expires_at AS "expiresAt" FROM ending ORDER BY expires_at, id`,
    values,
  );
  return rows.map(({ secretId, expiresAt }) => ({ secretId, expiresAt: new Date(expiresAt) }));
}
