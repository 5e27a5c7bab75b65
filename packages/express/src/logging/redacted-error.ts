import { isNativeError } from 'node:util/types';
import type { Redactor } from './redact.js';

const MAX_CAUSES = 5;
// SQLSTATEs and Node's codes: what an operator looks up first.
const CODE = /^[A-Za-z0-9_]{1,40}$/;

/**
 * What may be logged of a thrown value: an error with its name, message, stack, `code` and causes, all of them
 * redacted, and nothing else. Clients hang whole requests on their errors, credentials included. Never throws.
 */
export function redactedError(thrown: unknown, redact: Redactor): Error {
  return copy(thrown, redact, MAX_CAUSES);
}

function copy(thrown: unknown, redact: Redactor, causes: number): Error {
  try {
    if (!isError(thrown)) return new TypeError(redact(describe(thrown)));
    const { cause } = thrown;
    const options = cause === undefined || causes === 0 ? {} : { cause: copy(cause, redact, causes - 1) };
    return resemble(new Error(redact(thrown.message), options), thrown, redact);
  } catch {
    return new TypeError('what was thrown cannot be read');
  }
}

// Not `instanceof` alone: an error of another realm, such as a vm's, is one too.
function isError(thrown: unknown): thrown is Error {
  return isNativeError(thrown) || thrown instanceof Error;
}

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return `a text was thrown: ${thrown}`;
  return `what was thrown is no error but of the type ${thrown === null ? 'null' : typeof thrown}`;
}

function resemble(copied: Error, thrown: Error, redact: Redactor): Error {
  const name = redact(thrown.name);
  const head = copied.message === '' ? name : `${name}: ${copied.message}`;
  // The message is in there once more, with line breaks as they are.
  const calls = (thrown.stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  const stack = [head, ...calls.map(redact)].join('\n');
  Object.defineProperties(copied, { name: hidden(name), stack: hidden(stack) });
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  const isCode = typeof code === 'string' && CODE.test(code) && redact(code) === code;
  return isCode ? Object.assign(copied, { code }) : copied;
}

function hidden(value: string): PropertyDescriptor {
  return { value, enumerable: false, configurable: true, writable: true };
}
