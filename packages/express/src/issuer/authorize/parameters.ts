import type { ServerResponse } from 'node:http';
import { urlencoded } from 'express';
import { invalidArgument } from '../../invalid-argument.js';
import { readBody } from '../../read-body.js';
import { readQuery } from '../../request.js';
import type { CrossAppRequest } from '../../request.js';

/** What was sent, by name: each value that is no text is null. */
export type Parameters = ReadonlyMap<string, readonly (string | null)[]>;

// As much as Node takes of a URL.
const PARSERS = [urlencoded({ limit: '16kb', extended: false })];

/**
 * The parameters: of the query of a GET, and of the form alone of a POST, so that there are never two places where one
 * may be.
 *
 * @throws CrossAppError what `readBody` throws
 */
export async function readParameters(req: CrossAppRequest, res: ServerResponse): Promise<Parameters> {
  if (req.method !== 'POST') return group([...readQuery(req)]);
  const body = await readBody(req, res, PARSERS);
  return group(typeof body === 'object' && body !== null ? Object.entries(body) : []);
}

/**
 * The parameter, or undefined when it was not sent; one without a value is as if it were not (RFC 6749, section 3.1).
 *
 * @throws CrossAppError `invalid_argument` when it was sent twice or is no text
 */
export function readOnce(parameters: Parameters, name: string): string | undefined {
  const [value, ...others] = parameters.get(name) ?? [];
  if (value === null || others.length > 0) {
    throw invalidArgument(`${name} must be sent once, as text.`);
  }
  return value === '' ? undefined : value;
}

// To some parsers, the host's among them, `account_id[]=7` is an `account_id`. It is refused and not overlooked: what
// was asked for must not be left out of the answer.
function group(entries: readonly (readonly [string, unknown])[]): Parameters {
  const groups = new Map<string, (string | null)[]>();
  for (const [name, value] of entries) {
    const [base = ''] = name.split('[', 1);
    const values = base === name ? [value].flat() : [null];
    const texts = values.map((each) => (typeof each === 'string' ? each : null));
    groups.set(base, [...(groups.get(base) ?? []), ...texts]);
  }
  return groups;
}
