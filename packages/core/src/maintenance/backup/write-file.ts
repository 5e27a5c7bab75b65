import { createHash } from 'node:crypto';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { MaintenanceRefused } from '../refused.js';
import { encodeFooter } from './format.js';
import type { Place } from './format.js';

/** The text of a backup without its last line, and the rows that were in it once it has been read to its end. */
export interface BackupText {
  readonly lines: AsyncIterable<Buffer>;
  readonly counts: Readonly<Record<Place, number>>;
}

/** Where the bytes of a backup go: to a stream, which is ended, or to a function that reads them all. */
export type Sink = Writable | ((chunks: AsyncIterable<Buffer>) => Promise<void>);

/** Writes a whole backup. */
export async function writeBackup({ lines, counts }: BackupText, to: Sink): Promise<void> {
  const sealed = async function* (compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const chunk of compressed) {
      hash.update(chunk);
      yield chunk;
    }
    yield encodeFooter({ ...counts, sha256: hash.digest('hex') });
  };
  // Most of a row are random digits, which no level packs better than the fastest one.
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  // Two calls, for the types of pipeline: it takes either.
  await (typeof to === 'function' ? pipeline(lines, gzip, sealed, to) : pipeline(lines, gzip, sealed, to));
}

/** @throws MaintenanceRefused when there is such a file already. */
export async function refuseToOverwrite(file: string): Promise<void> {
  if (await exists(file)) {
    throw new MaintenanceRefused(
      `${file} exists already: choose another name, or overwrite it with force (--force).`,
    );
  }
}

/**
 * Lets the work write to a new file, which only its owner can read. It gets its name when it is whole and on the
 * disk: until then it is `FILE.partial`, and whatever goes wrong leaves no file that looks whole.
 *
 * @throws MaintenanceRefused when the file cannot be made, or another one got the name meanwhile.
 */
export async function writeWholeFile(
  file: string,
  force: boolean,
  write: (to: Sink) => Promise<void>,
): Promise<void> {
  const partial = `${file}.partial`;
  const handle = await create(partial);
  try {
    await write(async (chunks) => {
      for await (const chunk of chunks) await handle.appendFile(chunk);
    });
    await handle.sync();
    await requireOurs(handle, partial);
    if (!force) await refuseToOverwrite(file);
    await rename(partial, file);
  } catch (error) {
    if (await isOurs(handle, partial)) await rm(partial, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(file));
}

async function create(partial: string): Promise<FileHandle> {
  try {
    // What a killed run has left may be readable for others, and open in one that still runs.
    await rm(partial, { force: true });
    return await open(partial, 'wx', 0o600);
  } catch (error) {
    throw new MaintenanceRefused(`${partial} cannot be written: ${(error as Error).message}`);
  }
}

async function requireOurs(handle: FileHandle, partial: string): Promise<void> {
  if (await isOurs(handle, partial)) return;
  throw new MaintenanceRefused(`Another backup began to write ${partial} meanwhile: give each its own file.`);
}

async function isOurs(handle: FileHandle, partial: string): Promise<boolean> {
  try {
    const [ours, there] = [await handle.stat(), await stat(partial)];
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

// The name itself is not on the disk before its directory is. Windows has no such call.
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
