import type { DatabaseUrlFlags } from '../database-url.js';
import type { Terminal } from '../terminal.js';

/** The parsed options of `cross-app doctor`. */
export interface DoctorFlags extends DatabaseUrlFlags {
  readonly issuerUrl?: string;
  readonly appId?: string;
  readonly sessionsTable?: string;
  readonly json?: true;
}

/** A shared secret and the variable that it is in. */
export interface Secret {
  readonly variable: 'HI_EVENTS_SHARED_SECRET' | 'CROSS_APP_SHARED_SECRET';
  readonly value: string;
}

/** What the options and the environment say. A variable that is empty counts as not set. */
export interface Configuration {
  readonly databaseUrl: string | undefined;
  readonly issuerUrl: string | undefined;
  readonly appId: string | undefined;
  readonly sessionsTable: string | undefined;
  /** Those that are set; the first one is what a target app proves itself with. */
  readonly secrets: readonly Secret[];
  readonly hiEventsDomain: string | undefined;
  readonly tokenExpiry: string | undefined;
  readonly nodeEnv: string | undefined;
  /** `CROSS_APP_FORCE_SEED`: development data in production too. */
  readonly forcesSeed: boolean;
  /** `NODE_TLS_REJECT_UNAUTHORIZED=0`: any certificate will do. */
  readonly trustsEveryone: boolean;
}

export function readConfiguration(flags: DoctorFlags, { env }: Terminal): Configuration {
  const read = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const secrets = (['HI_EVENTS_SHARED_SECRET', 'CROSS_APP_SHARED_SECRET'] as const).map((variable) => ({
    variable,
    value: read(variable),
  }));
  return {
    databaseUrl: flags.databaseUrl ?? read('DATABASE_URL'),
    issuerUrl: flags.issuerUrl,
    appId: flags.appId,
    sessionsTable: flags.sessionsTable,
    secrets: secrets.filter((secret): secret is Secret => secret.value !== undefined),
    hiEventsDomain: read('HI_EVENTS_DOMAIN'),
    tokenExpiry: read('CROSS_APP_TOKEN_EXPIRY'),
    nodeEnv: read('NODE_ENV'),
    forcesSeed: read('CROSS_APP_FORCE_SEED') !== undefined,
    trustsEveryone: read('NODE_TLS_REJECT_UNAUTHORIZED') === '0',
  };
}
