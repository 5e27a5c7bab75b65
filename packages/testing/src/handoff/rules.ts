/** What a target app must do, each with what is wrong where it does not. */
export const RULES = {
  'head-uses-nothing': 'a HEAD must neither use the token up nor set a cookie',
  'get-uses-nothing':
    'opening a link must not use the token up or sign anybody in: ask first, and let a POST do it',
  'image-uses-nothing': 'what is loaded as an image or in a frame must not use the token up',
  'prefetch-uses-nothing':
    'a prefetch must neither use the token up nor set a cookie: answer 503 without a body',
  'owner-still-arrives': 'the owner must still be able to sign in afterwards',
  'no-replay': 'a token that was used must not sign in another browser',
  'bound-to-browser':
    'the token of a bound flow must be worth nothing without the cookie of the browser that began it',
  'no-login-csrf':
    "nobody must be signed in with somebody else's token: check Origin, Sec-Fetch-Site and a form token",
  'no-downgrade': 'in a bound flow a token without a challenge must be refused',
  'double-click-is-fine':
    'a second click must lead to the app, not to an error: derive the redemption id from the cookie',
  'reload-is-fine': 'a reload must lead to the app, not to an error',
  'back-is-fine': 'going back must not end in an error, nor in a sign-out',
  'sign-out-lasts':
    'after a sign-out, neither a link nor a landing that was used may sign the same browser in again',
  'tabs-are-independent': 'two sign-ins at once in one browser must both succeed',
  'issuer-is-checked': 'iss must be the source app that the flow was begun for (RFC 9207)',
  'state-is-checked': 'state must be the one that this browser began with',
  'refusal-is-a-page': 'when the source app refuses, nobody is signed in, and a person reads why',
  'no-open-redirect': 'after the sign-in it must go on to allowed origins only',
  'no-framing': "no page may be shown in a frame: send frame-ancestors 'none' or X-Frame-Options",
  'no-fixation': 'the session of before the sign-in must not be signed in: make a new one',
  'not-in-referer': 'the token must not be sent to anybody as Referer: send Referrer-Policy: no-referrer',
  'not-cached': 'replies to a token must not be stored: send Cache-Control: no-store',
  'flow-works': 'the sign-in itself must work, or the other findings mean nothing',
} as const;

/** A key of {@link RULES}. */
export type Rule = keyof typeof RULES;
