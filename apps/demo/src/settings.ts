import { randomBytes } from 'node:crypto';
import { isSecureUrl, MAX_TTL_SECONDS } from '@cross-app/protocol';
import type { ClientPatience } from './hi-events-sessions.js';
import { StartError } from './start-error.js';

/** What the environment decides. */
export interface Settings {
  /** Undefined for an embedded PostgreSQL that lives as long as the demo. */
  readonly databaseUrl: string | undefined;
  /** 0 is any free port. */
  readonly tuvensPort: number;
  /** 0 is any free port. */
  readonly hiEventsPort: number;
  /** Where browsers reach Hi.Events, such as `https://hi.events`. Undefined for `http://localhost:<its port>`. */
  readonly hiEventsOrigin: string | undefined;
  /** By which Hi.Events proves itself to Tuvens' API. */
  readonly sharedSecret: string;
  /** Whether that secret was made for this run, because none was set. */
  readonly isSecretMade: boolean;
  /** How Hi.Events redeems: in the database that it shares with Tuvens, or through Tuvens' API. */
  readonly redeem: 'database' | 'http';
  /** Where Hi.Events reaches Tuvens' API, such as `https://tuvens.com`. Undefined for Tuvens' own URL. */
  readonly tuvensApiUrl: string | undefined;
  /** Whether Tuvens' API limits how often it is called. */
  readonly rateLimits: boolean;
  /** How long Hi.Events waits for Tuvens' API, and how often it asks again. */
  readonly client: ClientPatience;
  /** Life of a token in whole seconds. */
  readonly ttlSeconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings. A variable that is empty counts as not set.
 *
 * @throws StartError for a value that cannot be meant. It never repeats a URL or a secret.
 */
export function readSettings(env: Environment): Settings {
  const settings = {
    databaseUrl: readDatabaseUrl(env),
    tuvensPort: readPort(env, 'TUVENS_PORT', 3000),
    hiEventsPort: readPort(env, 'HI_EVENTS_PORT', 4000),
    hiEventsOrigin: readOrigin(env, 'HI_EVENTS_DOMAIN', 'https://hi.events'),
    ...readSharedSecret(env),
    redeem: readRedeem(env),
    tuvensApiUrl: readOrigin(env, 'TUVENS_API_URL', 'https://tuvens.com'),
    rateLimits: readRateLimits(env),
    client: readPatience(env),
    ttlSeconds:
      readWholeNumber(env, 'CROSS_APP_TOKEN_EXPIRY', { min: 1, max: MAX_TTL_SECONDS }) ?? MAX_TTL_SECONDS,
  };
  if (settings.tuvensPort !== 0 && settings.tuvensPort === settings.hiEventsPort) {
    throw new StartError('TUVENS_PORT and HI_EVENTS_PORT must be two different ports.');
  }
  return settings;
}

function readDatabaseUrl(env: Environment): string | undefined {
  const value = read(env, 'DATABASE_URL');
  if (value === undefined || (URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol))) {
    return value;
  }
  throw new StartError(
    'DATABASE_URL must be the URL of a PostgreSQL database, such as postgres://user:password@localhost:5432/postgres.',
  );
}

function readPort(env: Environment, name: string, otherwise: number): number {
  return readWholeNumber(env, name, { min: 0, max: 65_535 }) ?? otherwise;
}

function readOrigin(env: Environment, name: string, example: string): string | undefined {
  const value = read(env, name);
  if (value === undefined) return undefined;
  if (isSecureUrl(value) && new URL(value).href === `${new URL(value).origin}/`) return new URL(value).origin;
  throw new StartError(
    `${name} must be an origin without a path, such as ${example} (http on localhost only).`,
  );
}

function readSharedSecret(env: Environment): Pick<Settings, 'sharedSecret' | 'isSecretMade'> {
  const name = ['HI_EVENTS_SHARED_SECRET', 'CROSS_APP_SHARED_SECRET'].find((each) => read(env, each));
  const value = name === undefined ? undefined : read(env, name);
  if (value === undefined) return { sharedSecret: randomBytes(32).toString('hex'), isSecretMade: true };
  // What a header carries unchanged, and what both the issuer and the sdk accept.
  if (/^[!-~][ -~]{30,1022}[!-~]$/.test(value)) return { sharedSecret: value, isSecretMade: false };
  throw new StartError(
    `${String(name)} must be 32 to 1024 printable ASCII characters, such as the output of: openssl rand -hex 32`,
  );
}

function readRedeem(env: Environment): Settings['redeem'] {
  const value = read(env, 'HI_EVENTS_REDEEM') ?? 'database';
  if (value === 'database' || value === 'http') return value;
  throw new StartError(`HI_EVENTS_REDEEM must be database or http, not ${JSON.stringify(value)}.`);
}

function readRateLimits(env: Environment): boolean {
  const value = read(env, 'TUVENS_RATE_LIMITS') ?? 'on';
  if (value === 'on' || value === 'off') return value === 'on';
  throw new StartError(`TUVENS_RATE_LIMITS must be on or off, not ${JSON.stringify(value)}.`);
}

function readPatience(env: Environment): ClientPatience {
  const ms = { min: 1, max: 600_000 };
  return {
    timeoutMs: readWholeNumber(env, 'HI_EVENTS_TIMEOUT_MS', ms),
    tryTimeoutMs: readWholeNumber(env, 'HI_EVENTS_TRY_TIMEOUT_MS', ms),
    retries: readWholeNumber(env, 'HI_EVENTS_RETRIES', { min: 0, max: 10 }),
  };
}

function readWholeNumber(
  env: Environment,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const value = read(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= min && number <= max) return number;
  throw new StartError(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}.`);
}

function read(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
