import { wrongOption } from '@cross-app/protocol';

/**
 * Where calls are logged: `console`, pino, and whatever takes an object of fields first and the message second,
 * as bunyan and fastify's logger do. pino makes one JSON line of both, console prints one after the other.
 */
export interface CrossAppLogger {
  /** A call that was refused, as happens every day. */
  info(fields: object, message: string): void;
  /** A call that was refused for what may be an attack, or a mistake in a configuration. */
  warn(fields: object, message: string): void;
  /** A call that failed: `fields.err` says why. */
  error(fields: object, message: string): void;
}

const LEVELS = ['info', 'warn', 'error'] as const;

/** Refuses what cannot log. */
export function requireLogger(of: string, logger: Partial<CrossAppLogger> | null | undefined): void {
  if (logger === undefined) return;
  if (LEVELS.some((level) => typeof logger?.[level] !== 'function')) {
    throw wrongOption(
      `${of}: logger must have info, warn and error, each (fields, message) => void, as console and pino do`,
      logger,
    );
  }
}
