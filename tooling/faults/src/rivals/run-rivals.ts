import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@cross-app/test-database/server';
import { check } from '../checker/check.js';
import { minimise } from '../checker/minimise.js';
import { report } from '../checker/report.js';
import { atMostOnce } from '../checker/rules/at-most-once.js';
import { readHistory } from '../history/read-history.js';

/** Other ways to use a token up, that are worth a look with the same eyes. */
export const RIVAL_NAMES = ['naive', 'better-auth'] as const;

export interface RivalVerdict {
  readonly rival: string;
  readonly tokens: number;
  /** Tokens that several have redeemed. */
  readonly redeemedTwice: number;
  /** The first of them, as a text. */
  readonly example: string | null;
}

/** Four at a time redeem each token; nothing else goes wrong. The rule is the first of ours: at most one succeeds. */
export async function runRival(rival: (typeof RIVAL_NAMES)[number], tokens: number): Promise<RivalVerdict> {
  const folder = mkdtempSync(join(tmpdir(), 'cross-app-rival-'));
  const server = await startPostgres({ durable: true });
  try {
    const file = join(folder, 'rival.jsonl');
    const script = join(__dirname, 'workload.mjs');
    await promisify(execFile)(process.execPath, [script, rival, server.url, file, String(tokens)]);
    const history = readHistory(folder, 0);
    const violations = check(history, [atMostOnce]);
    const [first] = violations;
    return {
      rival,
      tokens,
      redeemedTwice: new Set(violations.map(({ tokenHash }) => tokenHash)).size,
      example: first === undefined ? null : report(minimise(history, first)),
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}
