import { wrongOption } from '@cross-app/protocol';

/**
 * Where calls are logged: `console`, pino, and whatever takes an object of fields first and the message second,
 * as bunyan and fastify's logger do. pino makes one JSON line of both, console prints one after the other.
 */
export interface CrossAppLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
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
