import type { Check } from './check.js';
import type { Configuration } from './configuration.js';
import { checkDatabase } from './database.js';
import { checkIssuer } from './issuer.js';
import { checkSecrets } from './secrets.js';
import { checkSettings } from './settings.js';
import { checkUrls } from './urls.js';

/** Looks at everything that can be seen from here: what is configured, then the issuer, then the database. */
export async function examine(configuration: Configuration): Promise<Check[]> {
  return [
    ...checkSettings(configuration),
    ...checkSecrets(configuration),
    ...checkUrls(configuration),
    ...(await checkIssuer(configuration)),
    ...(await checkDatabase(configuration)),
  ];
}
