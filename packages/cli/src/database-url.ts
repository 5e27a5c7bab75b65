import type { Command } from 'commander';
import { Failure } from './failure.js';
import type { Terminal } from './terminal.js';

/** The parsed options of {@link addDatabaseUrlOption}. */
export interface DatabaseUrlFlags {
  readonly databaseUrl?: string;
}

/** A URL that PostgreSQL's client can use, and how to speak of it without its password. */
export interface DatabaseUrl {
  readonly connectionString: string;
  /** `host:port` */
  readonly server: string;
}

export function addDatabaseUrlOption(command: Command): Command {
  return command.option(
    '--database-url <url>',
    'the database (default: the environment variable DATABASE_URL)',
  );
}

/** @throws Failure when there is none, or when it cannot be one. */
export function readDatabaseUrl(flags: DatabaseUrlFlags, { env }: Pick<Terminal, 'env'>): DatabaseUrl {
  const connectionString = flags.databaseUrl ?? env['DATABASE_URL'] ?? '';
  if (connectionString === '') {
    throw new Failure(
      2,
      'there is no database: set DATABASE_URL or give --database-url postgres://user:password@host:5432/database',
    );
  }
  const url = parse(connectionString);
  const host = url.hostname === '' ? (url.searchParams.get('host') ?? 'localhost') : url.hostname;
  return { connectionString, server: `${host}:${url.port === '' ? '5432' : url.port}` };
}

function parse(connectionString: string): URL {
  if (URL.canParse(connectionString)) {
    const url = new URL(connectionString);
    if (['postgres:', 'postgresql:'].includes(url.protocol)) return url;
  }
  throw new Failure(
    2,
    'the database URL must have the form postgres://user:password@host:5432/database, with special characters in the password percent-encoded (# as %23)',
  );
}
