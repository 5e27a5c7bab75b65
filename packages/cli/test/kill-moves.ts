import type { Scratch } from './cross-app.js';
import { insertHistory, storedIds } from './history.js';
import { runAndKill } from './kill.js';

const ROWS = 20_000;
const MAX_DELAY_MS = 400;

/** What {@link killMoves} saw. */
export interface KilledMoves {
  /** Runs that the SIGKILL met with rows still to move. */
  readonly kills: number;
  /** How many of them had moved something. */
  readonly killsAfterMoving: number;
  /** What was wrong after one of the kills: the next run may put it right again. */
  readonly wrong: readonly WrongIds[];
  /** Every id that was put into the table, in order. */
  readonly ids: readonly string[];
}

/**
 * Runs a command that moves rows to the archive in small batches, and kills it at random until that many runs died
 * in the middle of it. Rows are put in as they are used up.
 */
export async function killMoves(
  scratch: Scratch,
  command: readonly string[],
  wanted: number,
): Promise<KilledMoves> {
  let kills = 0;
  let killsAfterMoving = 0;
  const ids: string[] = [];
  const insert = async (): Promise<void> => {
    const known = new Set(ids);
    await insertHistory(scratch.knex, ROWS);
    ids.push(...(await storedIds(scratch.knex)).sessions.filter((id) => !known.has(id)));
  };
  await insert();
  const wrong: WrongIds[] = [];
  let moved = 0;
  while (kills < wanted) {
    const delayMs = Math.random() * MAX_DELAY_MS;
    const { wasKilled } = await runAndKill(scratch, [...command, '--batch-size', '100'], delayMs);
    const after = await storedIds(scratch.knex);
    wrong.push(compareIds(ids, after));
    if (wasKilled && after.sessions.length > 0) kills += 1;
    if (wasKilled && after.archive.length > moved) killsAfterMoving += 1;
    moved = after.archive.length;
    if (after.sessions.length < ROWS / 4) await insert();
  }
  return { kills, killsAfterMoving, wrong: wrong.filter(isWrong), ids };
}

/** Each id has to be in one of the tables, once. */
interface WrongIds {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly strange: readonly string[];
}

function compareIds(
  ids: readonly string[],
  { sessions, archive }: { readonly sessions: readonly string[]; readonly archive: readonly string[] },
): WrongIds {
  const known = new Set(ids);
  const there = new Set([...sessions, ...archive]);
  const archived = new Set(archive);
  return {
    lost: ids.filter((id) => !there.has(id)),
    doubled: sessions.filter((id) => archived.has(id)),
    strange: [...there].filter((id) => !known.has(id)),
  };
}

function isWrong({ lost, doubled, strange }: WrongIds): boolean {
  return lost.length + doubled.length + strange.length > 0;
}
