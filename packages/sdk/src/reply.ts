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
  const chunks = await overNetwork(() => readChunks(response.body));
  if (chunks === undefined) throw unreadable('larger than 64 KiB');
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('');
    return JSON.parse(text + decoder.decode());
  } catch {
    throw unreadable('not JSON');
  }
}

/**
 * What reads a reply of JSON in the form of the wire, and throws `unreadable`, with the reader's own words,
 * for another form.
 */
export function jsonReply<T>(read: (body: unknown) => T): (response: Response) => Promise<T> {
  return async (response) => {
    const body = await readJson(response);
    try {
      return read(body);
    } catch (error) {
      if (!isCrossAppError(error)) throw error;
      throw unreadable(error.cause instanceof TypeError ? error.cause.message : 'not of the expected form');
    }
  };
}

/** Reads a 204. Any other 2xx is `unreadable`: whoever sent it, it is not the word that the call was done. */
export function readNothing({ status }: Response): Promise<void> {
  if (status === 204) return Promise.resolve();
  return Promise.reject(new TryFailure('unreadable', { status, detail: 'not 204' }));
}

// Undefined when there is more than allowed.
async function readChunks(body: Response['body']): Promise<Uint8Array[] | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    chunks.push(part.value);
    size += part.value.byteLength;
    if (size > MAX_BYTES) return undefined;
  }
  return chunks;
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
