import type { Knex } from 'knex';
import { seedDevelopmentData } from '../development-data.js';

/** For `knex seed:run`. `CROSS_APP_FORCE_SEED=1` runs it with `NODE_ENV=production` too. */
export async function seed(knex: Knex): Promise<void> {
  const { validToken, expiredToken } = await seedDevelopmentData(
    knex,
    process.env['CROSS_APP_FORCE_SEED'] === '1',
  );
  console.log(`cross-app: a token for hi-events, valid for 15 minutes: ${validToken}`);
  console.log(`cross-app: an expired one: ${expiredToken}`);
}
