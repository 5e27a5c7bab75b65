import { makeToken } from '../token.js';
import {
  demand,
  demandArrival,
  demandRefusal,
  demandSuccess,
  issueToken,
  PAIR,
  redemptionId,
} from './case.js';
import type { ConformanceCase } from './case.js';

/** What `inspect`, `revoke` and `revokeAll` promise. */
export const OTHER_CASES: readonly ConformanceCase[] = [
  {
    name: 'inspects without using anything up, with the refusals of redeem',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject, PAIR.codeChallenge);
      const { codeVerifier } = PAIR;
      await demandRefusal(
        'inspect without verifier',
        'invalid_token',
        sessions.inspect(token, { targetApp }),
      );
      demandArrival(subject, await sessions.inspect(token, { targetApp, codeVerifier }));
      demandArrival(subject, await sessions.inspect(token, { targetApp, codeVerifier }));
      demandArrival(subject, await sessions.redeem(token, { targetApp, codeVerifier }));
      const used = sessions.inspect(token, { targetApp, codeVerifier });
      await demandRefusal('inspect of a used token', 'invalid_token', used);
    },
  },
  {
    name: 'inspects what its own redemption id would get',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const own = { targetApp, redemptionId: redemptionId(1) };
      await sessions.redeem(token, own);
      demandArrival(subject, await sessions.inspect(token, own));
    },
  },
  {
    name: 'inspects a redeemed token for the app that redeemed it, and not before',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const early = sessions.inspect(token, { targetApp, redeemed: true });
      await demandRefusal('inspect { redeemed: true } of an unused token', 'invalid_token', early);
      await sessions.redeem(token, { targetApp });
      demandArrival(subject, await sessions.inspect(token, { targetApp, redeemed: true }));
    },
  },
  {
    name: 'revokes an unused token',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      await sessions.revoke(token);
      await demandRefusal('a revoked token', 'invalid_token', sessions.redeem(token, { targetApp }));
      await sessions.revoke(token);
    },
  },
  {
    name: 'revokes a used token: neither a retry nor an inspect is answered afterwards',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const own = { targetApp, redemptionId: redemptionId(1) };
      await sessions.redeem(token, own);
      await sessions.revoke(token);
      await demandRefusal('a retry after revoke', 'invalid_token', sessions.redeem(token, own));
      const later = sessions.inspect(token, { targetApp, redeemed: true });
      await demandRefusal('inspect after revoke', 'invalid_token', later);
    },
  },
  {
    name: 'resolves when what is revoked is unknown or no token at all (RFC 7009)',
    async run({ sessions }) {
      const expiresAtSeconds = 0xfffffff0;
      const unknown = makeToken({ randomBytes: new Uint8Array(32).fill(8), expiresAtSeconds });
      await demandSuccess('revoke of an unknown token', sessions.revoke(unknown));
      await demandSuccess('revoke of what is no token', sessions.revoke('no token'));
    },
  },
  {
    name: 'revokes all sessions of a user, and counts those that became revoked',
    async run(subject) {
      const { sessions, user, targetApp } = subject;
      const filter = { userId: user.id, targetApp };
      await sessions.revokeAll(filter);
      const tokens = [await issueToken(subject), await issueToken(subject)];
      const revoked = await sessions.revokeAll(filter);
      demand(revoked === tokens.length, `${revoked} were revoked instead of ${tokens.length}`);
      for (const token of tokens) {
        await demandRefusal('a revoked token', 'invalid_token', sessions.redeem(token, { targetApp }));
      }
      demand((await sessions.revokeAll(filter)) === 0, 'revoked ones were counted again');
    },
  },
  {
    name: 'refuses to revoke all without anything to go by',
    async run({ sessions }) {
      await demandRefusal('revokeAll({})', 'invalid_argument', sessions.revokeAll({}));
    },
  },
];
