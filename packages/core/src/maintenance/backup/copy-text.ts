/** What a COPY section is about. */
export interface CopyHeading {
  /** `schema.name`, unquoted. */
  readonly table: string;
  readonly columns: readonly string[];
}

/** A part of a text with COPY sections, in their order. */
export type CopyPart =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'section'; readonly heading: CopyHeading }
  /** Whole lines, `\n` included. */
  | { readonly kind: 'rows'; readonly bytes: Buffer; readonly count: number }
  | { readonly kind: 'end' };

/** The text ended in the middle of something, or has a line that is longer than any of ours. */
export class BrokenText extends Error {
  override readonly name: 'BrokenText' = 'BrokenText' as const;
}

const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 10;
/** What ends the rows of a section. */
export const END: Buffer = Buffer.from('\\.\n');
const END_OF_ROWS = Buffer.from('\n\\.\n');

const NAME = '(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)';
const HEADING = new RegExp(`^COPY (${NAME}\\.${NAME}) \\((${NAME}(?:, ${NAME})*)\\) FROM stdin;$`);

/** `COPY "schema"."name" ("id", …) FROM stdin;` and a newline. */
export function copyLine({ table, columns }: CopyHeading): string {
  const [schema = '', ...name] = table.split('.');
  return `COPY ${quote(schema)}.${quote(name.join('.'))} (${columns.map(quote).join(', ')}) FROM stdin;\n`;
}

/** Any name as an SQL identifier. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Splits a text as `pg_dump` writes it, ours too, while it comes in. Holds one chunk and one line at a time.
 *
 * @throws BrokenText when it ends in the middle of a line or of a section.
 */
export async function* splitCopyText(chunks: AsyncIterable<Buffer>): AsyncGenerator<CopyPart> {
  let rest: Buffer = Buffer.alloc(0);
  let inRows = false;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const wholeLines = bytes.lastIndexOf(NEWLINE) + 1;
    for (const part of splitLines(bytes.subarray(0, wholeLines), inRows)) {
      if (part.kind === 'section') inRows = true;
      if (part.kind === 'end') inRows = false;
      yield part;
    }
    rest = bytes.subarray(wholeLines);
    if (rest.length > MAX_LINE_BYTES) throw new BrokenText('a line is too long');
  }
  if (rest.length > 0 || inRows) throw new BrokenText('it ends in the middle');
}

function* splitLines(block: Buffer, startsInRows: boolean): Generator<CopyPart> {
  let at = 0;
  let inRows = startsInRows;
  while (at < block.length) {
    if (inRows) {
      const end = endOfRows(block, at);
      const bytes = block.subarray(at, end ?? block.length);
      if (bytes.length > 0) yield { kind: 'rows', bytes, count: countLines(bytes) };
      if (end === undefined) return;
      yield { kind: 'end' };
      inRows = false;
      at = end + END.length;
    } else {
      const next = block.indexOf(NEWLINE, at) + 1;
      const text = block.toString('utf8', at, next - 1);
      const heading = parseHeading(text);
      yield heading === undefined ? { kind: 'line', text } : { kind: 'section', heading };
      inRows = heading !== undefined;
      at = next;
    }
  }
}

/** Where the line `\.` begins. No row is like it, for a backslash in one is written twice. */
function endOfRows(block: Buffer, at: number): number | undefined {
  if (block.subarray(at, at + END.length).equals(END)) return at;
  const found = block.indexOf(END_OF_ROWS, at);
  return found === -1 ? undefined : found + 1;
}

/** How many lines end in these bytes. In the text format of COPY a newline ends a row, and nothing else. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

function parseHeading(line: string): CopyHeading | undefined {
  const [, table, columns] = HEADING.exec(line) ?? [];
  if (table === undefined || columns === undefined) return undefined;
  return { table: namesIn(table).join('.'), columns: namesIn(columns) };
}

function namesIn(text: string): string[] {
  const names = text.match(new RegExp(NAME, 'g')) ?? [];
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name));
}
