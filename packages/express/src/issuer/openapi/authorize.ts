import { ERRORS } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import * as z from 'zod';
import { appId, codeChallenge, redirectUri } from '../wire/schemas.js';
import { toJson } from './components.js';

const state = z
  .string()
  .regex(/^[ -~]{1,4096}$/)
  .meta({
    description: 'What the target app knows its browser by. It comes back as it is.',
    examples: ['af0ifjsldkj'],
  });
const method = z.literal('S256').meta({ description: 'How code_challenge was made (RFC 7636).' });
const account = z.string().meta({ description: 'The account to act for.', examples: ['7'] });

const REQUIRED = {
  client_id: appId,
  redirect_uri: redirectUri,
  state,
  code_challenge: codeChallenge,
  code_challenge_method: method,
};

const HTML = { 'text/html': { schema: { type: 'string' } } };

/** What OpenAPI says of `GET /authorize`, which answers people and not apps: with redirects and pages. */
export const AUTHORIZE_OPERATION: object = {
  operationId: 'authorize',
  summary: 'Sends the browser back to the target app with a token that only this browser can use',
  // The source app's own cookie, whose name only the source app knows.
  security: [],
  parameters: [
    ...Object.entries(REQUIRED).map(([name, schema]) => describe(name, schema, true)),
    describe('account_id', account, false),
  ],
  responses: {
    200: { description: 'A page that asks for the account. Its form posts here.', content: HTML },
    303: {
      description:
        'To redirect_uri with session_token, state and iss, or with error (RFC 6749, section 4.1.2.1), state and iss. To the login of the source app, or whatever else it shows, when nobody is signed in.',
      headers: { Location: { required: true, schema: { type: 'string', format: 'uri' } } },
    },
    400: refusal('invalid_argument'),
    405: refusal('method_not_allowed'),
    503: {
      description: 'Without a body to a prefetch, which issues nothing; otherwise an error page.',
      content: HTML,
    },
  },
};

function describe(name: string, schema: z.ZodType, required: boolean): object {
  return { name, in: 'query', required, schema: toJson(schema) };
}

function refusal(code: CrossAppErrorCode): object {
  return { description: ERRORS[code].message, content: HTML };
}
