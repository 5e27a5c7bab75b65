import { expand } from '../read-corpus.js';
import { generating, landing, expectReply, watch } from '../stage.js';
import type { Planner } from './plan.js';

// 1 MiB is more than a body may have, wherever it is in it.
const isTooLarge = (json: string) => json.length > 16_384;

/** Neither the issuer nor the middleware reads or gives a place to return to: a field like any unknown one. */
export const planReturnTo: Planner = ({ input }) => {
  const value = expand((input as { $query?: string } | null)?.$query ?? input);
  const fields = `"return_to":${JSON.stringify(value)},"callback_url":${JSON.stringify(value)}`;
  return {
    differs:
      'crossAppSignIn takes returnTo, and is not part of this API: here the field is unknown, so ignored',
    runs: [
      {
        by: 'generate-session, as an unknown field',
        act: async (stage) => {
          const verdict = isTooLarge(fields)
            ? { status: 413, code: 'payload_too_large', queries: 0 as const }
            : { status: 200, adds: 1 };
          const { body } = await expectReply(stage, generating(`{${fields}}`), verdict);
          expect(body).not.toContain('evil');
        },
      },
      {
        by: 'the landing, as an unknown field',
        act: async (stage) => {
          const token = await watch(stage, stage.store.issueToken());
          const verdict = isTooLarge(fields)
            ? { status: 413, code: 'payload_too_large', queries: 0 as const }
            : { status: 200, uses: 1 };
          const { body } = await expectReply(
            stage,
            landing(`{"session_token":"${token}",${fields}}`),
            verdict,
          );
          expect(body).not.toContain('evil');
        },
      },
    ],
  };
};
