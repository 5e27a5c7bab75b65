import type { ShownCheck } from '../check-lines.js';
import { hidePasswords } from '../failure.js';

/**
 * What one look found. Its name is of lower-case words with hyphens, such as `token-expiry`; neither sentence ever
 * holds a secret or a password.
 */
export type Check = ShownCheck;

/** A problem that has no name yet. */
export interface Problem {
  readonly status: 'warn' | 'fail';
  readonly message: string;
  readonly advice: string;
}

export const ok = (name: string, message: string): Check => ({ name, status: 'ok', message, advice: null });

export const warn = (name: string, message: string, advice: string): Check => ({
  name,
  status: 'warn',
  message,
  advice,
});

export const fail = (name: string, message: string, advice: string): Check => ({
  name,
  status: 'fail',
  message,
  advice,
});

/** The worst of all. */
export function worst(checks: readonly Check[]): Check['status'] {
  const statuses = checks.map(({ status }) => status);
  return (['fail', 'warn'] as const).find((status) => statuses.includes(status)) ?? 'ok';
}

/** Looks, and where the look itself fails says so: one that fails must not hide what the others find. */
export async function attempt(name: string, look: () => Promise<Check | readonly Check[]>): Promise<Check[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    if (error instanceof TypeError) throw error; // ours
    const { message, code } = error as Error & { code?: unknown };
    return [warn(name, `this could not be checked: ${hidePasswords(message)}`, adviceFor(code))];
  }
}

function adviceFor(code: unknown): string {
  if (code === '42501') return 'Run it with the role of the app, or one that may read these tables.';
  if (code === '57014') return 'It took more than ten seconds: try again when the database is less busy.';
  return 'Try it again; cross-app status says more about the tables.';
}
