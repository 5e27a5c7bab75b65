import type { Check } from '../../src/doctor/check.js';
import { crossApp, openScratch } from '../cross-app.js';
import type { Scratch } from '../cross-app.js';

/** What `cross-app doctor --json` found. */
export interface Report {
  readonly exitCode: number;
  readonly status: Check['status'];
  readonly checks: readonly Check[];
  /** The one finding of that name; undefined when there is none. */
  readonly find: (name: string) => Check | undefined;
}

/** Runs it with this DATABASE_URL, or with none, and this environment. */
export async function runDoctor(
  url: string | undefined,
  { args = [], env = {} }: { args?: readonly string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<Report> {
  const { exitCode, out, error } = await crossApp(['doctor', '--json', ...args], url, { env });
  expect(error).toBe('');
  const { status, checks } = JSON.parse(out) as { status: Check['status']; checks: Check[] };
  return {
    exitCode,
    status,
    checks,
    find(name) {
      const found = checks.filter((check) => check.name === name);
      expect(found.length).toBeLessThan(2);
      return found[0];
    },
  };
}

export const LAYOUTS = ['plain', 'partitioned'] as const;

/** A migrated database with users of our own. */
export async function openMigrated(layout: (typeof LAYOUTS)[number]): Promise<Scratch> {
  const scratch = await openScratch();
  await scratch.crossApp('migrate', '--with-user-tables', '--layout', layout);
  return scratch;
}
