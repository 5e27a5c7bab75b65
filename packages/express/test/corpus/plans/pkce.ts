import { expand } from '../read-corpus.js';
import { generating, expectReply, validating, watch } from '../stage.js';
import type { Verdict } from '../stage.js';
import type { Plan, Planner } from './plan.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const OK: Verdict = { status: 200, uses: 1 };
const REFUSED: Verdict = { status: 404, code: 'invalid_token' };
const BAD_FIELD: Verdict = { status: 400, code: 'invalid_argument', queries: 0 };

interface Proofs {
  readonly verifier?: unknown;
  readonly challenge?: string | null;
  readonly method?: string;
}

const json = (fields: object) => JSON.stringify(fields);

/** `validate-session` of a token that is bound to the corpus' challenge. */
const redeeming = ({ verifier }: Proofs, verdict: Verdict): Plan['runs'] => [
  {
    by: 'validate-session',
    act: async (stage) => {
      const token = await watch(stage, stage.store.issueToken({ codeChallenge: CHALLENGE }));
      const request = validating(json({ session_token: token, code_verifier: verifier }));
      if (verifier === VERIFIER) stage.secrets.push(VERIFIER);
      await expectReply(stage, request, verdict);
    },
  },
];

/** `generate-session` with that challenge. */
const issuing = ({ challenge, method }: Proofs, verdict: Verdict): Plan['runs'] => [
  {
    by: 'generate-session',
    act: async (stage) => {
      const fields = {
        code_challenge: challenge,
        ...(method === undefined ? {} : { code_challenge_method: method }),
      };
      await expectReply(stage, generating(json(fields)), verdict);
    },
  },
];

const fiveThenRight: Plan['runs'] = [
  {
    by: 'validate-session',
    act: async (stage) => {
      const token = await watch(stage, stage.store.issueToken({ codeChallenge: CHALLENGE }));
      for (let wrong = 0; wrong < 5; wrong++) {
        const verifier = `${VERIFIER.slice(0, -1)}${wrong}`;
        await expectReply(
          stage,
          validating(json({ session_token: token, code_verifier: verifier })),
          REFUSED,
        );
      }
      await expectReply(stage, validating(json({ session_token: token, code_verifier: VERIFIER })), OK);
    },
  },
];

// A verifier has the form of a challenge, so it is issued for; nobody ever has the verifier of it.
const challengeAsVerifier: Plan['runs'] = [
  {
    by: 'generate-session, then validate-session',
    act: async (stage) => {
      const issued = await expectReply(stage, generating(json({ code_challenge: VERIFIER })), {
        status: 200,
        adds: 1,
      });
      const { session_token: token } = JSON.parse(issued.body) as { session_token: string };
      stage.secrets.push(token);
      await expectReply(stage, validating(json({ session_token: token, code_verifier: VERIFIER })), REFUSED);
    },
  },
];

const PLANS: Readonly<Record<string, (proofs: Proofs) => Plan>> = {
  'RFC 7636 appendix B': (proofs) => ({ runs: redeeming(proofs, OK) }),
  // It is of the right form and not the right one.
  'verifier of 128': (proofs) => ({ runs: redeeming(proofs, REFUSED) }),
  'verifier of 129': (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  'verifier missing though a challenge is stored': () => ({ runs: redeeming({}, REFUSED) }),
  'challenge missing at issue when binding is required': (proofs) => ({ runs: issuing(proofs, BAD_FIELD) }),
  'challenge of 42': (proofs) => ({ runs: issuing(proofs, BAD_FIELD) }),
  'challenge equals verifier (plain)': () => ({ runs: challengeAsVerifier }),
  'method s256 lower case': (proofs) => ({
    differs: 'the wire has no method, for there is only S256: the field is unknown, so ignored',
    runs: issuing(proofs, { status: 200, adds: 1 }),
  }),
  'hex challenge': (proofs) => ({ runs: issuing(proofs, BAD_FIELD) }),
  'illegal character +': (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  'illegal character =': (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  newline: (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  'non-ASCII': (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  'trailing bit variant of the challenge (…cN)': (proofs) => ({ runs: issuing(proofs, BAD_FIELD) }),
  'verifier array': (proofs) => ({ runs: redeeming(proofs, BAD_FIELD) }),
  '1 MiB verifier': (proofs) => ({
    runs: redeeming(proofs, { status: 413, code: 'payload_too_large', queries: 0 }),
  }),
  'wrong verifier five times, then right': () => ({ runs: fiveThenRight }),
};

export const planPkce: Planner = ({ name, input }) => PLANS[name]?.(expand(input) as Proofs);
