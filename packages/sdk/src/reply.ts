import { isCrossAppError } from '@cross-app/protocol';
import { TryFailure } from './errors.js';
import { overNetwork } from './network.js';

const MAX_BYTES = 64 * 1024;

/**
 * Reads the body as JSON, and not more of it than 64 KiB after decompression.
 *
 * @throws TryFailure `unreadable` when it is not `application/json`, too large, not UTF-8 or not JSON;
 * `network` when the connection breaks.
 */
export async function readJson(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw unreadable('not application/json');
  const bytes = await overNetwork(() => readBytes(response.body));
  if (bytes === undefined) throw unreadable('larger than 64 KiB');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw unreadable('not JSON');
  }
}

/**
 * What reads a reply of JSON in the form of the wire, and throws `unreadable`, with the reader's own words,
 * for another form.
 */
export function jsonReply<T>(read: (body: unknown) => T): (response: Response) => Promise<T> {
  return async (response) => readAs(read, await readJson(response));
}

/** Reads a 204. Any other 2xx is `unreadable`: whoever sent it, it is not the word that the call was done. */
export function readNothing({ status }: Response): Promise<void> {
  if (status === 204) return Promise.resolve();
  return Promise.reject(new TryFailure('unreadable', { status, detail: 'not 204' }));
}

function readAs<T>(read: (body: unknown) => T, body: unknown): T {
  try {
    return read(body);
  } catch (error) {
    if (!isCrossAppError(error)) throw error;
    throw unreadable(error.cause instanceof TypeError ? error.cause.message : 'not of the expected form');
  }
}

// Undefined when there are more than allowed.
async function readBytes(body: Response['body']): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    chunks.push(part.value);
    size += part.value.byteLength;
    if (size > MAX_BYTES) return undefined;
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function unreadable(detail: string): TryFailure {
  return new TryFailure('unreadable', { detail });
}

/** `Retry-After` in whole seconds from now, whether it came as a number or as a date (RFC 9110, 10.2.3). */
export function readRetryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after') ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
