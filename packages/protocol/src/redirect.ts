import { parseToken } from './token.js';
import type { JsonValue } from './sessions.js';

const MAX_EVENT_DATA_LENGTH = 2000;

/** What travels with the token to the target app's landing. */
export interface HandoffParameters {
  /** The 64-character token. */
  readonly token: string;
  /** What the person came to do, such as `create-event`. */
  readonly action?: string | undefined;
  /** The app they came from. */
  readonly source?: string | undefined;
  /** Sent as JSON of up to 2,000 characters. Better given as `payload` to `issue`: that stays out of the browser. */
  readonly eventData?: JsonValue | undefined;
  /** Where the target app sends them afterwards. */
  readonly callbackUrl?: string | undefined;
}

/** A form that carries the token in the body of a POST, ready for any template. */
export interface HandoffForm {
  /** Absolute URL for the form's `action`. */
  readonly action: string;
  readonly method: 'post';
  /** Name and value of each hidden input. Escape them as any other text. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The preferred way to the target app: a form whose hidden inputs hold the token, so that no URL, history
 * or `Referer` ever does (OAuth 2.0 Form Post Response Mode).
 *
 * @param landingUrl the target app's landing, such as `https://hi.events/auth/cross-app`: https, or http on loopback.
 * @throws TypeError for another URL, a token that is none, or too much `eventData`.
 * @example
 * const form = handoffForm('https://hi.events/auth/cross-app', { token, action: 'create-event' });
 * response.render('handoff', form);
 */
export function handoffForm(landingUrl: string, parameters: HandoffParameters): HandoffForm {
  return {
    action: landing(landingUrl).href,
    method: 'post',
    fields: allFields(parameters),
  };
}

/**
 * The link for clients that can only redirect. The token is then in a URL, so in histories and logs: a GET
 * never uses it up, and the target app asks the person first. Prefer {@link handoffForm}.
 *
 * @param landingUrl as for {@link handoffForm}; its own query is kept.
 * @throws TypeError as {@link handoffForm}.
 */
export function handoffUrl(landingUrl: string, parameters: HandoffParameters): string {
  const url = landing(landingUrl);
  for (const [name, value] of Object.entries(allFields(parameters))) url.searchParams.set(name, value);
  return url.href;
}

function allFields({ token, ...others }: HandoffParameters): Readonly<Record<string, string>> {
  if (parseToken(token) === undefined) throw new TypeError('token must be a handoff token');
  return { session_token: token, ...handoffFields(others) };
}

/**
 * The fields of a {@link handoffForm} beside `session_token`, for whoever wants to know that they can be sent before
 * there is a token.
 *
 * @throws TypeError for too much `eventData`, or what is not JSON.
 */
export function handoffFields(
  parameters: Omit<HandoffParameters, 'token'>,
): Readonly<Record<string, string>> {
  const { action, source, eventData, callbackUrl } = parameters;
  const fields = {
    action,
    source,
    event_data: eventData === undefined ? undefined : eventDataJson(eventData),
    callback_url: callbackUrl,
  };
  const isGiven = (pair: [string, string | undefined]): pair is [string, string] => pair[1] !== undefined;
  return Object.fromEntries(Object.entries(fields).filter(isGiven));
}

// Form encoding can make it three times as long, and the target app takes bodies of 8 kB.
function eventDataJson(eventData: JsonValue): string {
  const json = JSON.stringify(eventData);
  if (json.length <= MAX_EVENT_DATA_LENGTH) return json;
  throw new TypeError('eventData must be JSON of up to 2000 characters; give more as payload');
}

function landing(landingUrl: string): URL {
  if (!isSecureUrl(landingUrl)) {
    // Without the URL: where it is refused for its credentials, it would print them.
    throw new TypeError('landingUrl must be an https URL (http on loopback only) without credentials');
  }
  return new URL(landingUrl);
}

/** Whether a secret may be sent there: https without credentials in it, or http on a loopback address. */
export function isSecureUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/**
 * Whether handoffs may be registered to land there: a secure URL of up to 2,000 characters without a fragment, in the
 * form in which a browser writes it, since it is compared character by character (RFC 9700, section 2.1). A `*` would
 * match nothing but itself, unlike what whoever wrote it expects.
 */
export function isRedirectUri(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2000 || /[#*]/.test(value)) return false;
  return isSecureUrl(value) && new URL(value).href === value;
}

/** Whether it is an origin as browsers send it, such as `https://app.tuvens.com`: https, or http on loopback. */
export function isOrigin(value: unknown): value is string {
  // A host may hold a `*` as far as URL is concerned. It would match nothing, unlike what whoever wrote it expects.
  if (typeof value !== 'string' || value.includes('*')) return false;
  return isSecureUrl(value) && new URL(value).origin === value;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname === '[::1]' ||
    hostname.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
