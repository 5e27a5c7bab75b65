import { BrokenText, splitCopyText } from './copy-text.js';
import type { CopyHeading, CopyPart } from './copy-text.js';
import { decodeHeader } from './format.js';
import type { BackupHeader, Place } from './format.js';

/** What is done with each section of a backup, in order. */
export interface SectionVisitor {
  onSection(place: Place, columns: readonly string[]): Promise<void>;
  onRows(rows: Buffer, count: number): Promise<void>;
  onEnd(): Promise<void>;
}

/** Follows the text of a backup without its last line, and keeps its header and how many rows there were. */
export class BodyReader {
  readonly #visitor: SectionVisitor;
  readonly counts: Record<Place, number> = { sessions: 0, archive: 0 };
  header: BackupHeader | undefined;
  #place: Place = 'sessions';

  constructor(visitor: SectionVisitor) {
    this.#visitor = visitor;
  }

  /** @throws BrokenText when it is not what a backup is made of. */
  async read(text: AsyncIterable<Buffer>): Promise<void> {
    for await (const part of splitCopyText(text)) await this.#take(part);
  }

  async #take(part: CopyPart): Promise<void> {
    switch (part.kind) {
      case 'line':
        this.#readHeader(part.text);
        break;
      case 'section':
        this.#place = this.#placeOf(part.heading);
        await this.#visitor.onSection(this.#place, part.heading.columns);
        break;
      case 'rows':
        this.counts[this.#place] += part.count;
        await this.#visitor.onRows(part.bytes, part.count);
        break;
      case 'end':
        await this.#visitor.onEnd();
        break;
    }
  }

  #readHeader(line: string): void {
    if (this.header !== undefined) throw new BrokenText('a line that belongs to nothing');
    this.header = decodeHeader(line);
    if (this.header === undefined) throw new BrokenText('not our header');
  }

  #placeOf({ table, columns }: CopyHeading): Place {
    const tables = this.header?.tables;
    for (const place of ['sessions', 'archive'] as const) {
      if (table !== tables?.[place].name) continue;
      const known = tables[place].columns.map(({ name }) => name);
      if (columns.every((column) => known.includes(column))) return place;
    }
    throw new BrokenText('a section of another table');
  }
}
