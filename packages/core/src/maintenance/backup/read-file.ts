import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { MaintenanceRefused } from '../refused.js';
import { BodyReader } from './body-reader.js';
import type { SectionVisitor } from './body-reader.js';
import { BrokenText } from './copy-text.js';
import { decodeFooter, FOOTER_BYTES, HEADER_MARK } from './format.js';
import type { BackupFooter, BackupHeader } from './format.js';

/** A backup that was found whole. */
export interface BackupSummary {
  readonly header: BackupHeader;
  readonly footer: BackupFooter;
}

/** A backup that was found whole and is kept open, so that it stays the file that was checked. */
export class OpenBackup implements BackupSummary {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly header: BackupHeader;
  readonly footer: BackupFooter;

  private constructor(of: { file: string; handle: FileHandle } & BackupSummary) {
    this.#file = of.file;
    this.#handle = of.handle;
    this.header = of.header;
    this.footer = of.footer;
  }

  /** @throws MaintenanceRefused when it is not a backup, not whole, or not as it was written. */
  static async open(file: string): Promise<OpenBackup> {
    const handle = await open(file, 'r').catch((error: unknown) => {
      throw new MaintenanceRefused(`${file} cannot be read: ${(error as Error).message}`);
    });
    try {
      return new OpenBackup({ file, handle, ...(await readThrough({ file, handle })) });
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Reads it once more, section by section.
   *
   * @throws MaintenanceRefused when the file has changed since.
   */
  async visit(visitor: SectionVisitor): Promise<void> {
    const { footer } = await readThrough({ file: this.#file, handle: this.#handle, visitor });
    if (footer.sha256 !== this.footer.sha256) throw damaged(this.#file);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/**
 * Checks a whole backup, and says what is in it. Memory stays flat, however large it is.
 *
 * @throws MaintenanceRefused when it is not a backup, not whole, or not as it was written.
 * @example
 * const { header, footer } = await readBackup('sessions.backup');
 * console.log(`${footer.sessions} rows of ${header.madeAt}`);
 */
export async function readBackup(file: string): Promise<BackupSummary> {
  const backup = await OpenBackup.open(file);
  await backup.close();
  return { header: backup.header, footer: backup.footer };
}

// Enough for the first words, and less than any first gzip member of ours has.
const PEEK_BYTES = 512;

interface Reading {
  readonly file: string;
  readonly handle: FileHandle;
  readonly visitor?: SectionVisitor;
}

const NO_VISITOR: SectionVisitor = {
  onSection: () => Promise.resolve(),
  onRows: () => Promise.resolve(),
  onEnd: () => Promise.resolve(),
};

async function readThrough({ file, handle, visitor = NO_VISITOR }: Reading): Promise<BackupSummary> {
  const stats = await handle.stat();
  const { size } = stats;
  if (!stats.isFile() || !(await isGzip(handle))) throw foreign(file);
  const hash = createHash('sha256');
  const body = new BodyReader(visitor);
  const source =
    size > FOOTER_BYTES
      ? handle.createReadStream({ start: 0, end: size - FOOTER_BYTES - 1, autoClose: false })
      : Readable.from([]);
  try {
    await pipeline(
      source,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createGunzip({ chunkSize: 64 * 1024 }),
      (text: AsyncIterable<Buffer>) => body.read(text),
    );
  } catch (error) {
    throw isOfContent(error) ? await refusal({ file, handle }) : error;
  }
  const footer = decodeFooter(await lastBytes(handle, size));
  const { header, counts } = body;
  if (
    header === undefined ||
    footer?.sha256 !== hash.digest('hex') ||
    footer.sessions !== counts.sessions ||
    footer.archive !== counts.archive
  ) {
    throw await refusal({ file, handle });
  }
  return { header, footer };
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
}

async function lastBytes(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  await handle.read(bytes, 0, FOOTER_BYTES, Math.max(0, size - FOOTER_BYTES));
  return bytes;
}

function isOfContent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return error instanceof BrokenText || (typeof code === 'string' && code.startsWith('Z_'));
}

async function refusal({ file, handle }: Reading): Promise<MaintenanceRefused> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
  return beginsAsOurs(buffer.subarray(0, bytesRead)) ? damaged(file) : foreign(file);
}

function beginsAsOurs(bytes: Buffer): boolean {
  try {
    const text = gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
    return text.startsWith(HEADER_MARK);
  } catch {
    return false;
  }
}

function foreign(file: string): MaintenanceRefused {
  return new MaintenanceRefused(`${file} is not a file that cross-app backup made. Nothing was changed.`);
}

function damaged(file: string): MaintenanceRefused {
  return new MaintenanceRefused(
    `${file} is damaged: it was cut off or altered after it was made. Nothing was changed.`,
  );
}
