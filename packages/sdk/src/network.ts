import { TryFailure } from './errors.js';
import { member } from './member.js';

/** Runs what touches the network, and turns its error into a {@link TryFailure}. */
export async function overNetwork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new TryFailure('network', { detail: systemCode(error) ?? className(error) });
  }
}

// Codes such as ECONNREFUSED are two levels below the "fetch failed" of Node. Nothing else of an error is
// taken over: its message can quote a header, and with it the secret.
function systemCode(error: unknown): string | undefined {
  const cause = member(error, 'cause');
  return [error, cause, member(cause, 'cause')]
    .map((level) => member(level, 'code'))
    .find((code): code is string => typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,39}$/.test(code));
}

function className(error: unknown): string | undefined {
  const name = member(error, 'name');
  return typeof name === 'string' && /^[A-Z][A-Za-z]{1,25}Error$/.test(name) ? name : undefined;
}
