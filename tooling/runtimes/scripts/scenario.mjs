/* global AbortController */
// Real calls of the sdk, the same in every runtime. Nothing here may be of one runtime only.

/** Makes the calls and says how each ended, in JSON. */
export async function scenario({ createCrossAppClient, isCrossAppError }, { origin, closedUrl, secret }) {
  const targetApp = 'hi-events';
  const at = (mount, options = {}) =>
    createCrossAppClient({ baseUrl: `${origin}/${mount}`, appId: targetApp, secret, ...options });
  const tuvens = createCrossAppClient({
    baseUrl: `${origin}/api`,
    appId: 'tuvens',
    accessToken: () => Promise.resolve('ada'),
  });
  const client = at('api');
  const terms = { userId: 11, accountId: 77, targetApp, payload: { event: 'Straßenfest 🎪' } };
  const issue = async () => (await tuvens.issue(terms)).token;

  const { token, session } = await tuvens.issue(terms);
  const outcomes = {
    issue: [token.length, session.accountId, session.payload],
    // The issuer has redeemed it, and its first reply is lost.
    redeem: whoArrived(await at('lossy').redeem(token, { targetApp })),
    replay: await failure(client.redeem(token, { targetApp })),
    inspect: whoArrived(await client.inspect(token, { targetApp, redeemed: true })),
    listAccounts: await client.listAccounts(token),
    hasPermission: [
      await client.hasPermission(token, { permission: 'events:create', resourceId: 5n }),
      await client.hasPermission(token, { permission: 'events:delete' }),
    ],
    revoke: await client.revoke(token),
    revoked: await failure(client.inspect(token, { targetApp, redeemed: true })),
    malformed: await failure(client.redeem('handoff_x', { targetApp })),
    wrongSecret: await failure(at('api', { secret: 'x'.repeat(32) }).redeem(await issue(), { targetApp })),
    foreignAccount: await failure(tuvens.issue({ ...terms, accountId: 78 })),
    revokeAll: await client.revokeAll({ userId: 11 }),
    redirect: await failure(at('moved').redeem(token, { targetApp })),
    timeout: await failure(at('silent', { timeoutMs: 300, retries: 0 }).redeem(token, { targetApp })),
    noConnection: await failure(at('', { baseUrl: closedUrl, retries: 1 }).redeem(token, { targetApp })),
    html: await failure(at('html', { retries: 0 }).redeem(token, { targetApp })),
    abort: await aborted((signal) => at('silent').redeem(token, { targetApp }, { signal })),
    shown: JSON.stringify(client),
  };
  return outcomes;

  async function failure(call) {
    try {
      return { resolved: await call };
    } catch (error) {
      if (!isCrossAppError(error)) return { thrown: String(error) };
      if ([error, error.cause].some((level) => String(level?.stack).includes(secret)))
        return 'it has the secret';
      const { reason, attempts } = error.cause ?? {};
      return reason === undefined ? error.code : [error.code, reason, attempts];
    }
  }
}

function whoArrived({ user, account, session }) {
  return [user.id, user.email, account.id, session.payload];
}

async function aborted(call) {
  const ending = new AbortController();
  setTimeout(() => ending.abort(new RangeError('left')), 50);
  return call(ending.signal).catch((error) =>
    error === ending.signal.reason ? 'its reason' : String(error),
  );
}
