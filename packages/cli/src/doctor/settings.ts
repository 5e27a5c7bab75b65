import { MAX_TTL_SECONDS } from '@cross-app/protocol';
import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';
import type { Configuration } from './configuration.js';
import { isLoopbackUrl } from './urls.js';

// OWASP ASVS 5.0, 10.4.3, levels 1 and 2.
const ASVS_MAX_SECONDS = 600;

/** How the process is set up, and how long its tokens live. */
export function checkSettings(configuration: Configuration): Check[] {
  return [checkEnvironment(configuration), checkTokenExpiry(configuration)];
}

function checkEnvironment({ nodeEnv, forcesSeed, trustsEveryone, ...rest }: Configuration): Check {
  const name = 'environment';
  if (trustsEveryone) {
    return fail(
      name,
      'NODE_TLS_REJECT_UNAUTHORIZED=0 takes any certificate, so whoever is in between reads the shared secret',
      'Remove it; give a certificate authority of your own with NODE_EXTRA_CA_CERTS.',
    );
  }
  if (nodeEnv === 'production') {
    return forcesSeed
      ? warn(
          name,
          'CROSS_APP_FORCE_SEED is set in production: knex seed:run would make tokens that work',
          'Remove it.',
        )
      : ok(name, 'NODE_ENV is production');
  }
  const isPublic = [rest.hiEventsDomain, rest.issuerUrl].some(
    (url) => url !== undefined && URL.canParse(url) && !isLoopbackUrl(url),
  );
  const found = nodeEnv === undefined ? 'NODE_ENV is not set' : `NODE_ENV is ${JSON.stringify(nodeEnv)}`;
  return isPublic
    ? warn(
        name,
        `${found}, but the apps are not on this machine: Express shows stack traces, and seed is not refused`,
        'Set NODE_ENV=production where people sign in.',
      )
    : ok(name, found);
}

function checkTokenExpiry({ tokenExpiry }: Configuration): Check {
  const name = 'token-expiry';
  if (tokenExpiry === undefined) {
    return ok(
      name,
      `CROSS_APP_TOKEN_EXPIRY is not set: ${MAX_TTL_SECONDS} seconds, unless the code gives ttlSeconds; 60 are enough for a redirect`,
    );
  }
  const seconds = /^\d{1,9}$/.test(tokenExpiry) ? Number(tokenExpiry) : undefined;
  if (seconds === undefined || seconds < 1 || seconds > MAX_TTL_SECONDS) {
    return fail(
      name,
      `CROSS_APP_TOKEN_EXPIRY is ${JSON.stringify(tokenExpiry)}, which no app starts with`,
      `Set whole seconds from 1 to ${MAX_TTL_SECONDS}, not milliseconds and without a unit, such as 60.`,
    );
  }
  if (seconds > ASVS_MAX_SECONDS) {
    return warn(
      name,
      `tokens live ${seconds} seconds, and OWASP ASVS 5.0 (10.4.3) allows ${ASVS_MAX_SECONDS} for a code`,
      'Set CROSS_APP_TOKEN_EXPIRY to 60: a redirect takes seconds.',
    );
  }
  return ok(name, `tokens live ${seconds} seconds`);
}
