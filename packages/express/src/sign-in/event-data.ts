import type { JsonValue } from '@cross-app/protocol';
import { invalidArgument } from '../invalid-argument.js';
import type { SignInSettings } from './options.js';

const MAX_LENGTH = 2000;

/**
 * The event data of a link or form, as the host types it; null for none.
 *
 * @throws CrossAppError `invalid_argument` for what is no JSON, too long, or not what the host expects.
 */
export function readEventData(settings: SignInSettings, json: string | undefined): unknown {
  if (json === undefined) return null;
  const data = json.length > MAX_LENGTH ? undefined : parse(json);
  if (data === undefined) throw invalidArgument(`event_data must be JSON of up to ${MAX_LENGTH} characters.`);
  return typeEventData(settings, data);
}

/**
 * What came along as the host types it; null stays null.
 *
 * @throws CrossAppError `invalid_argument` for what the host does not expect.
 */
export function typeEventData({ options }: SignInSettings, data: JsonValue): unknown {
  if (options.readEventData === undefined || data === null) return data;
  try {
    return options.readEventData(data);
  } catch {
    throw invalidArgument('event_data is not what this app expects.');
  }
}

function parse(json: string): JsonValue | undefined {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    return undefined;
  }
}
