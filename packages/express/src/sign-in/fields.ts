import type { ServerResponse } from 'node:http';
import { urlencoded } from 'express';
import { invalidArgument } from '../invalid-argument.js';
import { readBody } from '../read-body.js';
import { readQuery } from '../request.js';
import type { CrossAppRequest } from '../request.js';

/** What a link or form of a sign-in may carry. Whatever else is there is left alone. */
const NAMES = [
  'session_token',
  'state',
  'iss',
  'error',
  'action',
  'source',
  'event_data',
  'callback_url',
  'return_to',
  'account_id',
  'switch',
] as const;

type FieldName = (typeof NAMES)[number];

/** The fields that were sent, each once. An empty one counts as not sent. */
export type Fields = Readonly<Partial<Record<FieldName, string | undefined>>>;

// 2,000 characters of event data may be nine times as long once a form has encoded them.
const FORM = urlencoded({ limit: '32kb', extended: false });

/**
 * The parameters of a link. That a person has agreed to be somebody else is not for a link to say.
 *
 * @throws CrossAppError `invalid_argument` for a parameter that was sent twice.
 */
export function readQueryFields(req: CrossAppRequest): Fields {
  const query = readQuery(req);
  return collect((name) => (name === 'switch' ? [] : query.getAll(name)));
}

/**
 * The fields of a form, whether or not the host has parsed it.
 *
 * @throws CrossAppError `invalid_argument` for a field that was sent twice or a malformed body, `payload_too_large`,
 *   `unsupported_media_type`
 */
export async function readFormFields(req: CrossAppRequest, res: ServerResponse): Promise<Fields> {
  const body = await readBody(req, res, [FORM]);
  const form: object = typeof body === 'object' && body !== null ? body : {};
  return collect((name) => (Object.hasOwn(form, name) ? [Reflect.get(form, name)].flat() : []));
}

function collect(valuesOf: (name: FieldName) => readonly unknown[]): Fields {
  const fields: Partial<Record<FieldName, string>> = {};
  for (const name of NAMES) {
    const [value, ...others] = valuesOf(name);
    if (value === undefined || value === '') continue;
    // Of two values, a proxy before us may have judged the other one.
    if (others.length > 0 || typeof value !== 'string')
      throw invalidArgument(`${name} must be sent once, as text.`);
    fields[name] = value;
  }
  return fields;
}
