import { makeToken } from '../token.js';
import { demand, demandArrival, demandRefusal, issueToken, PAIR, redemptionId } from './case.js';
import type { ConformanceCase } from './case.js';

const RACERS = 20;

/** What `issue` and `redeem` promise. */
export const REDEEM_CASES: readonly ConformanceCase[] = [
  {
    name: 'issues a token that says who arrived when it is redeemed, with what was sent along',
    async run(subject) {
      const { sessions, user, account, targetApp } = subject;
      const payload = { event: 'Ünïcode ✓', nested: [1, null, { deep: true }] };
      const issued = await sessions.issue({ userId: user.id, accountId: account.id, targetApp, payload });
      const found = await sessions.redeem(issued.token, { targetApp });
      demandArrival(subject, found);
      demand(JSON.stringify(found.session.payload) === JSON.stringify(payload), 'the payload is another');
      const [issuedUntil, redeemedUntil] = [issued.session.expiresAt, found.session.expiresAt];
      demand(issuedUntil.getTime() === redeemedUntil.getTime(), 'expiresAt differs between issue and redeem');
    },
  },
  {
    name: 'gives null for an account that was not named',
    async run({ sessions, user, targetApp }) {
      const { token } = await sessions.issue({ userId: user.id, targetApp });
      const { account, session } = await sessions.redeem(token, { targetApp });
      demand(account === null && session.accountId === null, 'there is an account');
    },
  },
  {
    name: 'answers the same redemption id again, and refuses every other',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const first = await sessions.redeem(token, { targetApp, redemptionId: redemptionId(1) });
      const again = await sessions.redeem(token, { targetApp, redemptionId: redemptionId(1) });
      demand(JSON.stringify(again.user) === JSON.stringify(first.user), 'the retry says somebody else');
      const other = sessions.redeem(token, { targetApp, redemptionId: redemptionId(2) });
      await demandRefusal('another redemption id', 'invalid_token', other);
      await demandRefusal(
        'a redeem without redemption id',
        'invalid_token',
        sessions.redeem(token, { targetApp }),
      );
    },
  },
  {
    name: `lets exactly one of ${RACERS} simultaneous redemption ids win`,
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const racers = Array.from({ length: RACERS }, (_, number) =>
        sessions.redeem(token, { targetApp, redemptionId: redemptionId(number + 1) }),
      );
      const winners = (await Promise.allSettled(racers)).filter(({ status }) => status === 'fulfilled');
      demand(winners.length === 1, `${winners.length} of ${RACERS} won`);
    },
  },
  {
    name: `answers all of ${RACERS} simultaneous retries`,
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const retries = Array.from({ length: RACERS }, () =>
        sessions.redeem(token, { targetApp, redemptionId: redemptionId(1) }),
      );
      for (const found of await Promise.all(retries)) demandArrival(subject, found);
    },
  },
  {
    name: 'refuses another target app, with nothing used up',
    async run(subject) {
      const { sessions, user, targetApp } = subject;
      const token = await issueToken(subject);
      const elsewhere = await sessions.redeem(token, { targetApp: 'conformance-other' }).then(
        () => true,
        () => false,
      );
      demand(!elsewhere, 'another app redeemed it');
      const { user: arrived } = await sessions.redeem(token, { targetApp });
      demand(arrived.id === user.id, 'the owner could not redeem afterwards');
    },
  },
  {
    name: 'refuses a missing or wrong verifier with nothing used up, then takes the right one',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject, PAIR.codeChallenge);
      await demandRefusal('no verifier', 'invalid_token', sessions.redeem(token, { targetApp }));
      const wrong = sessions.redeem(token, { targetApp, codeVerifier: 'x'.repeat(43) });
      await demandRefusal('a wrong verifier', 'invalid_token', wrong);
      const { codeVerifier } = PAIR;
      demandArrival(subject, await sessions.redeem(token, { targetApp, codeVerifier }));
    },
  },
  {
    name: 'refuses a verifier for a token without a challenge (RFC 9700)',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const { codeVerifier } = PAIR;
      const downgraded = sessions.redeem(token, { targetApp, codeVerifier });
      await demandRefusal('a verifier without a challenge', 'invalid_token', downgraded);
      demandArrival(subject, await sessions.redeem(token, { targetApp }));
    },
  },
  {
    name: 'refuses a redemption id that is no UUID, with nothing used up',
    async run(subject) {
      const { sessions, targetApp } = subject;
      const token = await issueToken(subject);
      const nameless = sessions.redeem(token, { targetApp, redemptionId: 'one' });
      await demandRefusal('redemptionId "one"', 'invalid_argument', nameless);
      demandArrival(subject, await sessions.redeem(token, { targetApp }));
    },
  },
  {
    name: 'tells a malformed token from one that is not valid, and no more',
    async run({ sessions, targetApp }) {
      const expiresAtSeconds = 0xfffffff0;
      const unknown = makeToken({ randomBytes: new Uint8Array(32).fill(7), expiresAtSeconds });
      await demandRefusal('an unknown token', 'invalid_token', sessions.redeem(unknown, { targetApp }));
      for (const malformed of ['', 'handoff_', unknown.slice(1), `${unknown} `, unknown.toUpperCase()]) {
        const attempt = sessions.redeem(malformed, { targetApp });
        await demandRefusal(`a token of ${malformed.length} characters`, 'token_malformed', attempt);
      }
    },
  },
];
