import type { Knex } from 'knex';
import { MaintenanceRefused } from '../refused.js';
import type { MaintainedTables } from '../tables.js';
import { copyOut } from './copy-connection.js';
import { copyLine, countLines, END, quote, splitCopyText } from './copy-text.js';
import type { CopyHeading } from './copy-text.js';
import type { BackupHeader, Place } from './format.js';
import { dump } from './pg-dump.js';
import type { PgDumpOptions } from './pg-dump.js';

/** What is read, and from where. */
export interface Source {
  readonly trx: Knex.Transaction;
  readonly tables: MaintainedTables;
  readonly header: BackupHeader;
  /** Quoted names of the tables and their partitions. */
  readonly parts: readonly string[];
  readonly pgDump: PgDumpOptions | undefined;
}

/** Some bytes of a table's section, in order. */
export interface Piece {
  readonly place: Place;
  readonly bytes: Buffer;
  /** How many rows begin in it. */
  readonly count: number;
}

/** Reads both tables with COPY, in the source's transaction. */
export async function* readByCopy({ trx, tables, header }: Source): AsyncGenerator<Piece> {
  for (const place of ['sessions', 'archive'] as const) {
    const { name: table, columns } = header.tables[place];
    const names = columns.map(({ name }) => name);
    yield { place, bytes: Buffer.from(copyLine({ table, columns: names })), count: 0 };
    // COPY of a partitioned table itself is refused before PostgreSQL 18.
    const statement = `COPY (SELECT ${names.map(quote).join(', ')} FROM ${tables[place]}) TO STDOUT`;
    for await (const bytes of copyOut(trx, statement)) yield { place, bytes, count: countLines(bytes) };
    yield { place, bytes: END, count: 0 };
  }
}

/** Reads both tables with `pg_dump`, on the snapshot of the source's transaction. */
export async function* readByPgDump(
  { trx, header, parts }: Source,
  pgDump: PgDumpOptions,
): AsyncGenerator<Piece> {
  const { rows } = await trx.raw<{ rows: { snapshot: string }[] }>('SELECT pg_export_snapshot() AS snapshot');
  let place: Place = 'sessions';
  const output = dump(pgDump, { tables: parts, snapshot: rows[0]?.snapshot ?? '' });
  for await (const part of splitCopyText(output)) {
    switch (part.kind) {
      case 'line':
        break;
      case 'section':
        place = placeOf(part.heading, header);
        yield { place, bytes: Buffer.from(copyLine(part.heading)), count: 0 };
        break;
      case 'rows':
        yield { place, bytes: part.bytes, count: part.count };
        break;
      case 'end':
        yield { place, bytes: END, count: 0 };
        break;
    }
  }
}

function placeOf({ table }: CopyHeading, { tables }: BackupHeader): Place {
  if (table === tables.sessions.name) return 'sessions';
  if (table === tables.archive.name) return 'archive';
  throw new MaintenanceRefused(`pg_dump gave a table that nobody asked for: ${table}. Use --with copy.`);
}
