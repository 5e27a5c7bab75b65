import { randomBytes } from 'node:crypto';
import { makeToken, MAX_TTL_SECONDS, TOKEN_RANDOM_BYTES } from '@cross-app/protocol';
import type { Knex } from 'knex';
import { CrossAppSession, User } from './models.js';
import { hashToken } from './token-hash.js';

/** What {@link seedDevelopmentData} made. The tokens are shown this once: the database has their hashes only. */
export interface DevelopmentData {
  readonly userId: number | string;
  /** Redeemable by `hi-events` for fifteen minutes. */
  readonly validToken: string;
  /** Expired five minutes ago. */
  readonly expiredToken: string;
}

/** The database is a production one, by `NODE_ENV`. */
export class ProductionRefused extends Error {
  override readonly name: 'ProductionRefused' = 'ProductionRefused' as const;
}

/**
 * The seed's development data: removes the sessions whose source app is `test`, makes test@example.com ("Test
 * User") unless there is one, and adds one token that is valid for fifteen minutes and one that has expired.
 * Running it again replaces the two tokens and nothing else.
 *
 * @param isForced run even when `NODE_ENV` is `production`.
 * @throws ProductionRefused otherwise.
 */
export async function seedDevelopmentData(knex: Knex, isForced = false): Promise<DevelopmentData> {
  refuseProduction(isForced);
  return knex.transaction(async (trx) => {
    await CrossAppSession.query(trx).delete().where({ source_app: 'test' });
    const userId = await findOrMakeTestUser(trx);
    const nowSeconds = await databaseNowSeconds(trx);
    return {
      userId,
      validToken: await insertToken(trx, userId, nowSeconds + MAX_TTL_SECONDS),
      expiredToken: await insertToken(trx, userId, nowSeconds - 5 * 60),
    };
  });
}

/** @throws ProductionRefused when `NODE_ENV` is `production`, unless it is forced. */
export function refuseProduction(isForced: boolean): void {
  if (process.env['NODE_ENV'] !== 'production' || isForced) return;
  throw new ProductionRefused(
    'Development data is not for production: NODE_ENV is production, and nothing was seeded.',
  );
}

async function findOrMakeTestUser(trx: Knex.Transaction): Promise<number | string> {
  const email = 'test@example.com';
  const existing = await User.query(trx).findOne({ email });
  return (existing ?? (await User.query(trx).insert({ email, name: 'Test User' }))).id;
}

async function databaseNowSeconds(trx: Knex.Transaction): Promise<number> {
  const { rows } = await trx.raw<{ rows: { now: string }[] }>(
    'SELECT ceil(extract(epoch FROM now())) AS now',
  );
  return Number(rows[0]?.now);
}

async function insertToken(
  trx: Knex.Transaction,
  userId: number | string,
  expiresAtSeconds: number,
): Promise<string> {
  const token = makeToken({ randomBytes: randomBytes(TOKEN_RANDOM_BYTES), expiresAtSeconds });
  await CrossAppSession.query(trx).insert({
    tokenHash: hashToken(token),
    userId,
    expiresAt: new Date(expiresAtSeconds * 1000),
    sourceApp: 'test',
    targetApp: 'hi-events',
  });
  return token;
}
