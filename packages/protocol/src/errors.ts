/** Every way a handoff is refused. `docs/errors.md` has a heading for each: meaning, usual cause, fix. */
export type CrossAppErrorCode =
  | 'token_missing'
  | 'token_malformed'
  | 'token_unknown'
  | 'token_expired'
  | 'token_used'
  | 'token_revoked'
  | 'target_mismatch'
  | 'verifier_mismatch'
  | 'invalid_token'
  | 'client_unauthenticated'
  | 'user_unauthenticated'
  | 'account_forbidden'
  | 'origin_forbidden'
  | 'cookie_missing'
  | 'state_mismatch'
  | 'issuer_mismatch'
  | 'person_mismatch'
  | 'invalid_argument'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'payload_too_large'
  | 'rate_limited'
  | 'store_unavailable';

/** One row of {@link ERRORS}. */
export interface ErrorDescription {
  /** HTTP status towards a browser. The issuer API answers 404 where this is an `invalid_token`. */
  readonly status: number;
  /** The code that leaves the process. Six reasons share `invalid_token`: a refusal tells a browser nothing. */
  readonly publicCode: CrossAppErrorCode;
  /** Shown to whoever asked, so it names no token, row or person. */
  readonly message: string;
  /** Reply headers beside `Cache-Control: no-store`, which every error has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

// The table is in every bundle of a browser, so its rows are short. The public code is the code unless it is said.
type Row = readonly [
  status: number,
  message: string,
  headers?: Readonly<Record<string, string>> | undefined,
  publicCode?: CrossAppErrorCode,
];

// RFC 6750, section 3: how a resource server refuses a bearer token.
const bearer = (error: string): Readonly<Record<string, string>> => ({
  'WWW-Authenticate': `Bearer error="${error}"`,
});

// Browsers are shown pages for these, which have words of their own.
const AGAIN = 'Go back and start it again.';

const REFUSED: Row = [
  401,
  `This sign-in is not valid or no longer valid. ${AGAIN}`,
  bearer('invalid_token'),
  'invalid_token',
];

const ROWS: Readonly<Record<CrossAppErrorCode, Row>> = {
  token_missing: [400, 'No handoff token was sent.', bearer('invalid_request')],
  token_malformed: [400, 'The handoff token is malformed.', bearer('invalid_request')],
  token_unknown: REFUSED,
  token_expired: REFUSED,
  token_used: REFUSED,
  token_revoked: REFUSED,
  target_mismatch: REFUSED,
  verifier_mismatch: REFUSED,
  invalid_token: REFUSED,
  client_unauthenticated: [
    401,
    'The app is not known or its secret is wrong.',
    { 'WWW-Authenticate': 'Basic realm="cross-app"' },
  ],
  user_unauthenticated: [401, 'Nobody is signed in.', { 'WWW-Authenticate': 'Bearer' }],
  account_forbidden: [403, 'The signed-in user may not use this account.'],
  origin_forbidden: [403, AGAIN],
  cookie_missing: [400, AGAIN],
  state_mismatch: [400, AGAIN],
  issuer_mismatch: [400, AGAIN],
  person_mismatch: [409, AGAIN],
  invalid_argument: [400, 'A field is missing or not valid.'],
  method_not_allowed: [405, 'This method is not answered here.', { Allow: 'POST' }],
  unsupported_media_type: [415, 'Send the body as application/json.'],
  payload_too_large: [413, 'The body is too large.'],
  rate_limited: [429, 'Too many requests. Try again later.', { 'Retry-After': '60' }],
  store_unavailable: [503, 'This sign-in is not available. Try again later.', { 'Retry-After': '1' }],
};

/** The error table: one row per code. */
export const ERRORS: Readonly<Record<CrossAppErrorCode, ErrorDescription>> = Object.fromEntries(
  Object.entries(ROWS).map(([code, [status, message, headers, publicCode = code]]) => [
    code,
    { status, message, headers, publicCode },
  ]),
) as Record<CrossAppErrorCode, ErrorDescription>;

/** What {@link CrossAppError} can be told beside its code. */
export interface CrossAppErrorOptions {
  /** Private: for logs and events, never for the caller. */
  readonly cause?: unknown;
  /** Replaces the table's message. It is shown to whoever asked. */
  readonly message?: string;
  /** Whole seconds, for `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
  /** The method that is answered, for `Allow`. Default `POST`. */
  readonly allow?: string;
}

/**
 * A handoff that was refused, or could not be decided.
 *
 * `status`, `headers` and `expose` follow the conventions that Express' own error handler reads, so
 * `next(error)` is already the right reply; NestJS' own filter reads `statusCode`, and leaves the headers
 * out. `code` and `cause` say why and stay on the server: `JSON.stringify(error)` gives `publicCode`
 * instead. It has no stack, since it is an answer and not a defect; the `cause` has one where there is
 * something to debug.
 *
 * Recognise it with {@link isCrossAppError}, not with `instanceof`: a process may hold two copies of the class.
 */
export class CrossAppError<Code extends CrossAppErrorCode = CrossAppErrorCode> extends Error {
  override readonly name: 'CrossAppError' = 'CrossAppError' as const;
  // Only declared, so that each is defined once and not first as undefined.
  declare readonly code: Code;
  declare readonly publicCode: CrossAppErrorCode;
  declare readonly status: number;
  /** The same as `status`, by the name that NestJS' own filter reads. */
  declare readonly statusCode: number;
  declare readonly headers: Readonly<Record<string, string>>;
  readonly expose: true = true as const;

  constructor(code: Code, options: CrossAppErrorOptions = {}) {
    const { status, publicCode, message: usual, headers } = ERRORS[code];
    const { message = usual, retryAfterSeconds, allow } = options;
    // The engine would walk the stack for nothing, which takes longer than making the error.
    // Reflect, since an assignment throws where intrinsics are frozen.
    const limit: unknown = Reflect.get(Error, 'stackTraceLimit');
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(message, options);
    Reflect.set(Error, 'stackTraceLimit', limit);
    this.code = code;
    this.publicCode = publicCode;
    this.status = this.statusCode = status;
    this.headers = {
      'Cache-Control': 'no-store',
      ...headers,
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      ...(allow !== undefined && { Allow: allow }),
    };
    // Express' default handler prints the stack in development: then it prints the public message only.
    this.stack = String(this);
  }

  /** The public half, for a host that sends errors as JSON. */
  toJSON(): { code: CrossAppErrorCode; message: string; status: number } {
    return { code: this.publicCode, message: this.message, status: this.status };
  }
}

/** Any {@link CrossAppError}, or those of some codes, as a union: a look at `code` says which it is. */
export type CrossAppErrorOf<Code extends CrossAppErrorCode = CrossAppErrorCode> = Code extends unknown
  ? CrossAppError<Code>
  : never;

/**
 * Whether the value is a {@link CrossAppError} of this or another copy of the package, with that code if
 * one is given. It narrows: to that code, or to a union that a `switch` over `code` takes apart.
 *
 * @example
 * try {
 *   await sessions.redeem(token, { targetApp: 'hi-events' });
 * } catch (error) {
 *   if (isCrossAppError(error, 'token_used')) countReplay();
 *   throw error;
 * }
 */
export function isCrossAppError<Code extends CrossAppErrorCode = CrossAppErrorCode>(
  value: unknown,
  code?: Code,
): value is CrossAppErrorOf<Code> {
  const { name, code: found } = (value ?? {}) as { name: unknown; code: PropertyKey };
  if (name !== 'CrossAppError') return false;
  return code === undefined ? Object.hasOwn(ERRORS, found) : found === code;
}
