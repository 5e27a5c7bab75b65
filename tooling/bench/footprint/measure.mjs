import { measureMemory } from './memory.mjs';
import { measureRows } from './rows.mjs';
import { measureWrites } from './writes.mjs';

/** `{ cases, rows, memory }`: of WAL and updates, of bytes on disk, and of the memory of a process. */
export async function measureFootprint(server, options) {
  const measured = { cases: [], rows: [], memory: [] };
  for (let round = 0; round < options.rounds; round++) {
    await measureWrites(server, round, { options, cases: measured.cases });
    await measureRows(server, round, { options, cases: measured.rows });
    await measureMemory(server, round, { options, cases: measured.memory });
  }
  return measured;
}
