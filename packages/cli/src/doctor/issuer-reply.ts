import type { Problem } from './check.js';

/** What came back for a token that nobody issued. */
export interface IssuerReply {
  readonly status: number;
  /** The Date header. */
  readonly date: string | null;
  /** This machine's clock, in milliseconds since 1970. */
  readonly answeredMs: number;
  readonly text: string;
}

const BY_STATUS: Readonly<Partial<Record<number, Omit<Problem, 'status'>>>> = {
  200: {
    message: 'the issuer took a token that nobody issued',
    advice: 'Stop it: whoever answers there signs everybody in.',
  },
  400: {
    message: 'the issuer does not understand the call',
    advice: 'Look whether crossAppIssuer is mounted before parsers of your own, and which version it is.',
  },
  401: {
    message: 'something in front of the issuer asks for a sign-in of its own (401)',
    advice: 'Let calls to the path of the issuer pass there.',
  },
  404: {
    message: 'there is no issuer at this URL (404)',
    advice: 'Give the URL it is mounted at, such as https://tuvens.com/api/cross-app.',
  },
  503: {
    message: 'the issuer cannot reach its database (503)',
    advice: 'Run cross-app doctor where the issuer runs.',
  },
};

/**
 * What is wrong with the issuer by its reply: nothing when it refused the token as it should, `secret` when it
 * refused the caller.
 */
export function readProblem({ status, text }: IssuerReply): Problem | 'secret' | undefined {
  const isIssuers = isFromIssuer(status, text);
  if (isIssuers && status === 404) return undefined;
  if (isIssuers && status === 401) return 'secret';
  if (status === 429) {
    return {
      status: 'warn',
      message: 'the issuer has had too many calls (429), so the secret was not tried',
      advice: 'Try again in a minute.',
    };
  }
  if (status >= 300 && status < 400) {
    return {
      status: 'fail',
      message: `the issuer answers with a redirect (${status}), which no app follows with its secret`,
      advice: 'Give the URL that it redirects to, as far as the path it is mounted at.',
    };
  }
  const known = BY_STATUS[status] ?? {
    message: `the issuer answers with ${status}`,
    advice: 'Look into its log, and into that of what is in front of it.',
  };
  return { status: 'fail', ...known };
}

// Every error of the issuer is JSON of one form: other pages are somebody else's.
function isFromIssuer(status: number, text: string): boolean {
  try {
    const body = JSON.parse(text) as { statusCode?: unknown; origin?: unknown; valid?: unknown } | null;
    return body?.statusCode === status && (typeof body.origin === 'object' || body.valid === false);
  } catch {
    return false;
  }
}
