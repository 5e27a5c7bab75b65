import { isAppId, isSecureUrl } from '@cross-app/protocol';
import type { IssueRequest } from '@cross-app/protocol';
import { DEFAULT_LIMITS, withoutSlash } from './call.js';
import type { CallConfig } from './call.js';
import type { Fetch } from './request.js';
import { readTraceHeaders } from './trace.js';

/** How this app reaches the issuer, and how it proves itself there. */
export interface CrossAppClientOptions {
  /**
   * Where the issuer is mounted, such as `https://tuvens.com/api/cross-app`: https (http on loopback only),
   * without credentials, query and fragment.
   */
  readonly baseUrl: string;
  /** The id of this app, 1 to 50 printable characters: the audience that its secret stands for. */
  readonly appId: string;
  /**
   * The secret that this app shares with the issuer, 32 to 1,024 printable ASCII characters; blanks inside
   * only. All verbs but `issue` need it, `revoke` unless there is an `accessToken`. Refused in a browser, where
   * everyone could read it.
   */
  readonly secret?: string;
  /**
   * Gives the access token of the signed-in person, as a bearer token (RFC 6750) without the word `Bearer`.
   * `issue` needs it, and `revoke` without a `secret`; each asks once for each call, within its time, `issue`
   * with its request. What it throws is what they reject with.
   */
  readonly accessToken?: (request?: IssueRequest) => string | Promise<string>;
  /** Time for a whole call with all its tries, in milliseconds: 1 to 600,000. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Time for one try, in milliseconds: 1 to 600,000. Default 5,000. */
  readonly tryTimeoutMs?: number | undefined;
  /** How many more tries may follow the first: 0 to 10. Default 2. */
  readonly retries?: number | undefined;
  /** Sends the requests. Default the platform's `fetch`. It must honour `redirect: 'manual'`. */
  readonly fetch?: Fetch | undefined;
  /**
   * Gives the W3C trace context to send along. It is asked once for each call, at once, and only `traceparent`
   * and `tracestate` of their documented form are sent. What it throws does not matter. Default none.
   *
   * @example
   * import { context, propagation } from '@opentelemetry/api';
   *
   * function traceHeaders() {
   *   const carrier: Record<string, string> = {};
   *   propagation.inject(context.active(), carrier);
   *   return carrier;
   * }
   */
  readonly traceHeaders?: (() => Readonly<Record<string, string>>) | undefined;
}

/** The options, checked and complete. */
export interface Config extends CallConfig {
  readonly appId: string;
  readonly secret: string | undefined;
  readonly accessToken: CrossAppClientOptions['accessToken'];
}

const PAGE = 'https://github.com/cross-app/cross-app/blob/main/docs/configuration.md';

const NAMES: Readonly<Record<keyof CrossAppClientOptions, true>> = {
  baseUrl: true,
  appId: true,
  secret: true,
  accessToken: true,
  timeoutMs: true,
  tryTimeoutMs: true,
  retries: true,
  fetch: true,
  traceHeaders: true,
};

/** @throws TypeError that says which option to write, how, and what it is instead. It repeats no text: one may be a secret. */
export function resolveOptions(options: CrossAppClientOptions): Config {
  refuseUnknown(options);
  const { baseUrl, appId, secret, accessToken, traceHeaders, fetch = globalThis.fetch } = options;
  const {
    timeoutMs = DEFAULT_LIMITS.timeoutMs,
    tryTimeoutMs = DEFAULT_LIMITS.tryTimeoutMs,
    retries = DEFAULT_LIMITS.retries,
  } = options;
  checkUrl(baseUrl);

  demand(
    isAppId(appId),
    "appId must be this app's id: 1 to 50 printable ASCII characters without blanks",
    appId,
  );
  checkProofs(options);
  demand(
    isWholeNumber(timeoutMs, 1, 600_000),
    'timeoutMs must be a whole number from 1 to 600000',
    timeoutMs,
  );
  demand(
    isWholeNumber(tryTimeoutMs, 1, 600_000),
    'tryTimeoutMs must be a whole number from 1 to 600000',
    tryTimeoutMs,
  );
  demand(isWholeNumber(retries, 0, 10), 'retries must be a whole number from 0 to 10', retries);
  demand(
    typeof fetch === 'function',
    'fetch must be a function, as this platform has none of its own',
    fetch,
  );
  demand(
    traceHeaders === undefined || typeof traceHeaders === 'function',
    'traceHeaders must be a function that gives an object with traceparent and tracestate',
    traceHeaders,
  );
  return {
    baseUrl: withoutSlash(baseUrl),
    appId,
    secret,
    accessToken,
    timeoutMs,
    tryTimeoutMs,
    retries,
    fetch,
    traceHeaders: () => readTraceHeaders(traceHeaders),
  };
}

function refuseUnknown(options: object): void {
  for (const name of Object.keys(options)) {
    const known = Object.keys(NAMES).join(', ');
    demand(Object.hasOwn(NAMES, name), `there is no option ${JSON.stringify(name)}; there are ${known}`);
  }
}

function checkUrl(value: string): void {
  demand(
    isSecureUrl(value) && !/[?#]/.test(value),
    'baseUrl must be an https URL (http on loopback only) without credentials, query and fragment, ' +
      'such as https://tuvens.com/api/cross-app',
    value,
  );
}

function checkProofs(options: CrossAppClientOptions): void {
  const { secret, accessToken } = options;
  demand('secret' in options || 'accessToken' in options, 'give secret to redeem, or accessToken to issue');
  // A variable of the environment that is not set must not turn into a client that can redeem nothing.
  if ('secret' in options) {
    demand(
      isSecret(secret),
      'secret must be 32 to 1024 printable ASCII characters, with blanks inside only',
      secret,
    );
    demand(!isBrowser(), 'secret must stay on a server: call the issuer from your backend, not from a page');
  }
  if ('accessToken' in options) {
    demand(
      typeof accessToken === 'function',
      'accessToken must be a function that gives the bearer token',
      accessToken,
    );
  }
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && /^[!-~][ -~]{30,1022}[!-~]$/.test(value);
}

function isBrowser(): boolean {
  return 'window' in globalThis && 'document' in globalThis;
}

function isWholeNumber(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function demand(isMet: boolean, what: string, ...given: readonly unknown[]): void {
  if (isMet) return;
  const instead = given.map((value) => `, not ${kindOf(value)}`).join('');
  throw new TypeError(`createCrossAppClient: ${what}${instead}. See ${PAGE}`);
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return Object(value) === value ? (typeof value === 'function' ? 'a function' : 'an object') : String(value);
}
