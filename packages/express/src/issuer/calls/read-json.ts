import type { ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import type { JsonValue } from '@cross-app/protocol';
import { json } from 'express';
import { invalidArgument } from '../../invalid-argument.js';
import { readBody } from '../../read-body.js';
import type { CrossAppRequest } from '../../request.js';

/** A JSON object that came over the wire: nothing is known of its fields. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

// Twice what the largest field may have.
const PARSERS = [json({ limit: '16kb' })];

// A type with its parameters (RFC 9110, section 8.3.1). One that is broken off body parsers take for another type, and
// the body for none.
const NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const JSON_TYPE = new RegExp(`^application/json *(; *${NAME}=(${NAME}|"[^"]*") *)*$`, 'i');

/**
 * The body as a JSON object; an empty one has no fields.
 *
 * @throws CrossAppError `unsupported_media_type`, `payload_too_large`, `invalid_argument`
 */
export async function readJson(req: CrossAppRequest, res: ServerResponse): Promise<JsonObject> {
  if (!JSON_TYPE.test(req.headers['content-type'] ?? '')) {
    throw new CrossAppError('unsupported_media_type');
  }
  const body = await readBody(req, res, PARSERS);
  if (!isJsonObject(body)) {
    throw invalidArgument('The body must be a JSON object.');
  }
  return body;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
