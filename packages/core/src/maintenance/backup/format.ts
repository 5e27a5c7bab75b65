import { gunzipSync, gzipSync } from 'node:zlib';
import type { SchemaRecord } from '../../schema-record.js';
import { MaintenanceRefused } from '../refused.js';

/**
 * The version of the file format that this package writes, and the newest one that it reads.
 *
 * A backup is two gzip members, one after the other, so that `gunzip -c FILE` shows readable SQL:
 *
 * ```
 * -- cross-app backup {"version":1,"madeAt":"…","postgresql":"18.0","schema":{…},"tables":{…}}     first member
 * COPY "public"."cross_app_sessions" ("id", "token_hash", …) FROM stdin;
 * 17<tab>3b1f…<tab>…                  one line a row, in the text format of PostgreSQL's COPY, UTF-8
 * \.
 * COPY "public"."cross_app_sessions_archive" ("id", "token_hash", …) FROM stdin;
 * \.
 * -- cross-app backup end {"sessions":1,"archive":0,"sha256":"…"}        second member, exactly 256 bytes
 * ```
 *
 * - The header is {@link BackupHeader} as JSON on one line.
 * - There may be several COPY sections of one table (`pg_dump` writes one for each partition), each with an order
 *   of columns of its own.
 * - The last line is {@link BackupFooter} as JSON, filled up with blanks. Its member is stored, not compressed, with
 *   a fixed header: so it is the last 256 bytes of the file, and each of them is known.
 * - `sha256` is of all bytes of the file before those 256. So every change of any bit is found, those in gzip's
 *   own fields too, and a file that was unpacked and packed again is refused.
 */
export const FORMAT_VERSION = 1;

/** Which of the two tables. */
export type Place = 'sessions' | 'archive';

/** One column as it was in the database of the backup. The type is as PostgreSQL's `format_type` writes it. */
export interface BackupColumn {
  readonly name: string;
  readonly type: string;
}

/** A table of the backup, by the `schema.name` that it had. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly BackupColumn[];
}

/** The first line of a backup. */
export interface BackupHeader {
  readonly version: number;
  /** When its snapshot was taken, by the database's clock, as `2026-01-31T12:00:00.123456Z`. */
  readonly madeAt: string;
  /** Version of the server, such as `18.0`. */
  readonly postgresql: string;
  readonly schema: SchemaRecord;
  readonly tables: Readonly<Record<Place, BackupTable>>;
}

/** The last line of a backup: how many rows there are of each table, and what all bytes before it hash to. */
export interface BackupFooter extends Readonly<Record<Place, number>> {
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The length of the last gzip member. */
export const FOOTER_BYTES = 256;

/** How the text of a backup begins. */
export const HEADER_MARK = '-- cross-app backup {';
const FOOTER_MARK = '-- cross-app backup end {';
const GZIP_OVERHEAD = 23;

/** The header as the first line of the file. */
export function encodeHeader(header: BackupHeader): string {
  return `-- cross-app backup ${JSON.stringify(header)}\n`;
}

/**
 * Reads the first line of a file.
 *
 * @throws MaintenanceRefused when a newer version wrote it.
 * @returns undefined when it is not the header of a backup.
 */
export function decodeHeader(line: string): BackupHeader | undefined {
  if (!line.startsWith(HEADER_MARK)) return undefined;
  const header = parseJson(line.slice(HEADER_MARK.length - 1)) as BackupHeader | undefined;
  if (typeof header?.version !== 'number') return undefined;
  if (header.version > FORMAT_VERSION) {
    throw new MaintenanceRefused(
      `The backup was made by a newer version of cross-app (format ${header.version}, this one reads up to ${FORMAT_VERSION}): restore it with that one.`,
    );
  }
  return isHeader(header) ? header : undefined;
}

/** The footer as the last {@link FOOTER_BYTES} bytes of the file. */
export function encodeFooter({ sessions, archive, sha256 }: BackupFooter): Buffer {
  const line = `-- cross-app backup end ${JSON.stringify({ sessions, archive, sha256 })}`;
  const member = gzipSync(`${line.padEnd(FOOTER_BYTES - GZIP_OVERHEAD - 1)}\n`, { level: 0 });
  // What zlib notes about level and system differs between systems, and means nothing.
  member.set([0, 255], 8);
  return member;
}

/** Reads the last bytes of a file; undefined when they are not exactly what {@link encodeFooter} writes. */
export function decodeFooter(bytes: Buffer): BackupFooter | undefined {
  try {
    const line = gunzipSync(bytes, { maxOutputLength: FOOTER_BYTES }).toString();
    if (!line.startsWith(FOOTER_MARK)) return undefined;
    const footer = parseJson(line.slice(FOOTER_MARK.length - 1)) as BackupFooter | undefined;
    return footer !== undefined && encodeFooter(footer).equals(bytes) ? footer : undefined;
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHeader(header: BackupHeader): boolean {
  const { madeAt, tables, schema } = header as Partial<BackupHeader>;
  return (
    typeof madeAt === 'string' &&
    typeof schema === 'object' &&
    isTable(tables?.sessions) &&
    isTable(tables?.archive)
  );
}

function isTable(table: Partial<BackupTable> | undefined): boolean {
  return (
    typeof table?.name === 'string' &&
    Array.isArray(table.columns) &&
    table.columns.every(
      (column: Partial<BackupColumn> | null) =>
        typeof column?.name === 'string' && typeof column.type === 'string',
    )
  );
}
