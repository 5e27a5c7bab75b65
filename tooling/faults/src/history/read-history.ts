import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processOf } from './history.js';
import type { Healthy, History, NewLife, Operation } from './history.js';
import type { Line, RecordedRow, RowOfEvent } from './recorder.js';

const NEVER: Pick<Operation, 'completedAt' | 'outcome'> = {
  completedAt: Infinity,
  outcome: { kind: 'unknown', why: 'the process ended' },
};

/** Reads what the processes of a run have written into a folder. */
export function readHistory(folder: string, seed: number): History {
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readLines(join(folder, name)));

  const operations = new Map<string, Operation>();
  const told: Extract<Line, { kind: 'told' }>[] = [];
  const healthy: Healthy[] = [];
  const newLives: NewLife[] = [];
  const killed = new Set<string>();
  let rows: readonly RecordedRow[] | undefined;
  let databaseClock = { min: -Infinity, max: Infinity };
  let cleanedBeforeMs: number | null = null;

  for (const line of lines) {
    if (line.kind === 'invoked') {
      operations.set(line.id, { id: line.id, request: line.request, invokedAt: line.at, ...NEVER });
    } else if (line.kind === 'completed') {
      const begun = operations.get(line.id);
      if (begun === undefined) throw new RangeError(`${line.id} has ended, but never begun`);
      operations.set(line.id, { ...begun, completedAt: line.at, outcome: line.outcome });
    } else if (line.kind === 'told') told.push(line);
    else if (line.kind === 'healthy') healthy.push(line);
    else if (line.kind === 'newLife') newLives.push(line);
    else if (line.kind === 'killed') killed.add(line.process);
    else if (line.kind === 'clock') databaseClock = line;
    else if (line.kind === 'rows') rows = [...(rows ?? []), ...line.rows];
    else cleanedBeforeMs = Math.max(cleanedBeforeMs ?? -Infinity, line.beforeMs);
  }
  const hashOf = hashesOf(
    rows ?? [],
    told.map(({ row }) => row),
  );
  return {
    seed,
    operations: [...operations.values()]
      .map((call) => (isHung(call, killed) ? { ...call, isHung: true } : call))
      .sort((one, other) => one.invokedAt - other.invokedAt),
    told: told.map(({ row, ...rest }) => ({ ...rest, tokenHash: hashOf(row) })),
    healthy,
    newLives,
    databaseClock,
    cleanedBeforeMs,
    ...(rows === undefined ? {} : { rows }),
  };
}

function isHung(call: Operation, killed: ReadonlySet<string>): boolean {
  return call.completedAt === Infinity && !killed.has(processOf(call));
}

type Named = Pick<RowOfEvent, 'id' | 'createdAtMs'>;

function hashesOf(
  rows: readonly RecordedRow[],
  named: readonly Named[],
): (event: RowOfEvent) => string | null {
  const hashes = new Map<string, string>();
  for (const { id, createdAtMs, usedAtMs, tokenHash } of rows) {
    hashes.set(`${id} created ${createdAtMs}`, tokenHash);
    if (usedAtMs !== null) hashes.set(`${id} used ${usedAtMs}`, tokenHash);
  }
  const bornAt = onlyBirths([...rows, ...named]);
  return ({ id, createdAtMs, usedAtMs }) => {
    if (usedAtMs !== undefined) return hashes.get(`${id} used ${usedAtMs}`) ?? null;
    return hashes.get(`${id} created ${createdAtMs ?? bornAt.get(id) ?? ''}`) ?? null;
  };
}

/** When the row of an id was created, for ids that were never given to a second one. */
function onlyBirths(named: readonly Named[]): ReadonlyMap<string, number | null> {
  const births = new Map<string, number | null>();
  for (const { id, createdAtMs } of named) {
    if (createdAtMs === undefined) continue;
    const known = births.get(id);
    births.set(id, known === undefined || known === createdAtMs ? createdAtMs : null);
  }
  return births;
}

// A process that was killed may leave half a line at the end, of something whose effect nobody has used.
function readLines(path: string): Line[] {
  const texts = readFileSync(path, 'utf8').split('\n');
  texts.pop();
  return texts.map((text) => JSON.parse(text) as Line);
}
