import fc from 'fast-check';
import {
  isCrossAppError,
  ISSUER_PATHS,
  makeToken,
  readGenerateSessionReply,
  readRevokeSessionsReply,
  readUserAccountsReply,
  readValidatePermissionReply,
  readValidateSessionReply,
  SESSION_TOKEN_HEADER,
  SHARED_SECRET_HEADER,
  toValidateSessionReply,
} from '../src/index.js';
import type { JsonValue, Redemption } from '../src/index.js';

const token = makeToken({ randomBytes: new Uint8Array(32).fill(9), expiresAtSeconds: 1_893_456_000 });
const redemption: Redemption = {
  session: {
    userId: '456',
    accountId: '789',
    sourceApp: 'tuvens',
    targetApp: 'hi-events',
    expiresAt: new Date('2030-01-01T00:00:00.000Z'),
    createdAt: new Date('2029-12-31T23:45:00.000Z'),
    permissions: ['events.create', 'events.edit'],
    payload: { action: 'create-event' },
  },
  user: { id: '456', email: 'test@example.com', name: 'Test User' },
  account: { id: '789', name: 'Test Account', slug: 'test-account' },
};
const reply = {
  valid: true,
  user_id: '456',
  email: 'test@example.com',
  name: 'Test User',
  account_id: '789',
  user_data: {
    account_id: '789',
    email: 'test@example.com',
    name: 'Test User',
    permissions: ['events.create', 'events.edit'],
  },
  permissions: ['events.create', 'events.edit'],
  expires_at: '2030-01-01T00:00:00.000Z',
  created_at: '2029-12-31T23:45:00.000Z',
  source_app: 'tuvens',
  event_data: { action: 'create-event' },
};

/** What the reader throws for a body, or what it read instead. */
function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

function expectUnreadable(read: () => unknown, field: string): void {
  const error = outcome(read);
  expect(isCrossAppError(error, 'store_unavailable')).toBe(true);
  expect(error).toHaveProperty('cause.message', `the issuer's reply has no usable ${field}`);
}

describe('the wire', () => {
  it('has the paths and headers that today’s clients use', () => {
    expect(ISSUER_PATHS.generateSession).toBe('/generate-session');
    expect(ISSUER_PATHS.validateSession).toBe('/validate-session');
    expect(SHARED_SECRET_HEADER).toBe('x-shared-secret');
    expect(SESSION_TOKEN_HEADER).toBe('x-session-token');
  });
});

describe('toValidateSessionReply', () => {
  it('says a redemption in the words of the wire', () => {
    expect(toValidateSessionReply(redemption)).toEqual(reply);
  });

  it('says null for no account, and nothing for no payload', () => {
    const session = { ...redemption.session, accountId: null, payload: null };
    const said = toValidateSessionReply({ ...redemption, session, account: null });
    expect(said).toMatchObject({ account_id: null, user_data: { account_id: null } });
    expect(said).not.toHaveProperty('event_data');
  });

  it('shows nothing of the source app, the session or the account but what the wire names', () => {
    expect(Object.keys(toValidateSessionReply(redemption)).sort()).toEqual(Object.keys(reply).sort());
  });
});

describe('readValidateSessionReply', () => {
  it('reads what toValidateSessionReply says, but for what the wire does not carry', () => {
    const { session } = redemption;
    const account = { id: '789', name: null, slug: null };
    expect(readValidateSessionReply(toValidateSessionReply(redemption), 'hi-events')).toEqual({
      session,
      user: redemption.user,
      account,
    });
  });

  it('reads back any user, account, permissions and payload, through JSON', () => {
    const text = fc.string({ minLength: 1 });
    const any = fc.record({
      id: text,
      email: text,
      name: text,
      accountId: fc.option(text),
      permissions: fc.array(fc.string()),
      payload: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
      expiresAt: fc.date({
        min: new Date('1970-01-01'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      }),
    });
    fc.assert(
      fc.property(any, ({ id, email, name, accountId, permissions, payload, expiresAt }) => {
        const made: Redemption = {
          session: {
            userId: id,
            accountId,
            sourceApp: 'a',
            targetApp: 'b',
            expiresAt,
            createdAt: expiresAt,
            permissions,
            payload,
          },
          user: { id, email, name },
          account: accountId === null ? null : { id: accountId, name: null, slug: null },
        };
        const sent: unknown = JSON.parse(JSON.stringify(toValidateSessionReply(made)));
        expect(readValidateSessionReply(sent, 'b')).toEqual(made);
      }),
    );
  });

  it.each<[field: string, change: Record<string, unknown>]>([
    ['valid', { valid: undefined }],
    ['valid', { valid: false }],
    ['valid', { valid: 'true' }],
    ['valid', { valid: 1 }],
    ['user_id', { user_id: undefined }],
    ['user_id', { user_id: null }],
    ['user_id', { user_id: '' }],
    ['user_id', { user_id: 456 }],
    ['user_id', { user_id: ['456'] }],
    ['email', { email: undefined }],
    ['email', { email: '' }],
    ['email', { email: { toString: () => 'a@b' } }],
    ['name', { name: undefined }],
    ['name', { name: null }],
    ['account_id', { account_id: undefined }],
    ['account_id', { account_id: '' }],
    ['account_id', { account_id: 789 }],
    ['expires_at', { expires_at: undefined }],
    ['expires_at', { expires_at: 'soon' }],
    ['expires_at', { expires_at: 1_893_456_000 }],
    ['expires_at', { expires_at: '1893456000' }],
    ['expires_at', { expires_at: '2030-01-01' }],
    ['expires_at', { expires_at: '2030-01-01T00:00:00' }],
    ['expires_at', { expires_at: '2030-13-01T00:00:00Z' }],
    ['permissions', { permissions: undefined }],
    ['permissions', { permissions: 'events.create' }],
    ['permissions', { permissions: [1] }],
    ['permissions', { permissions: { length: 0 } }],
  ])('signs nobody in without a usable %s: %p', (field, change) => {
    expectUnreadable(() => readValidateSessionReply({ ...reply, ...change }, 'hi-events'), field);
  });

  it.each([[null], [undefined], [[]], [[reply]], ['{}'], [true], [200]])(
    'signs nobody in on a body that is no object: %p',
    (body) => {
      expectUnreadable(() => readValidateSessionReply(body, 'hi-events'), 'JSON object');
    },
  );

  it('signs nobody in on a reply of another call', () => {
    expectUnreadable(() => readValidateSessionReply({ target_app: 'hi-events' }, 'hi-events'), 'valid');
  });
});

describe('readGenerateSessionReply', () => {
  const generated = { session_token: token, expires_at: '2030-01-01T00:00:00.000Z', account_id: '789' };

  it('reads token, expiry and account', () => {
    expect(readGenerateSessionReply(generated)).toEqual({
      token,
      expiresAt: new Date('2030-01-01T00:00:00.000Z'),
      accountId: '789',
    });
  });

  it.each([[undefined], [null]])('takes %p for no account', (account_id) => {
    expect(readGenerateSessionReply({ ...generated, account_id })).toMatchObject({ accountId: null });
  });

  it('reads an instant with an offset, and with microseconds', () => {
    const expires_at = '2030-01-01T02:00:00.000000+02:00';
    expect(readGenerateSessionReply({ ...generated, expires_at })).toMatchObject({
      expiresAt: new Date('2030-01-01T00:00:00.000Z'),
    });
  });

  it.each<[field: string, change: Record<string, unknown>]>([
    ['session_token', { session_token: undefined }],
    ['session_token', { session_token: '' }],
    ['session_token', { session_token: token.slice(1) }],
    ['session_token', { session_token: 'a'.repeat(64) }],
    ['expires_at', { expires_at: null }],
    ['expires_at', { expires_at: '2030-01-01T00:00:00' }],
    ['account_id', { account_id: '' }],
    ['account_id', { account_id: 789 }],
  ])('refuses a reply without a usable %s: %p', (field, change) => {
    expectUnreadable(() => readGenerateSessionReply({ ...generated, ...change }), field);
  });
});

describe('readUserAccountsReply', () => {
  const account = { id: '7', name: 'Acme', slug: 'acme' };

  it('reads accounts, a slug that is missing as null', () => {
    const withoutSlug = { id: account.id, name: account.name };
    expect(readUserAccountsReply({ accounts: [account, withoutSlug] })).toEqual([
      account,
      { ...account, slug: null },
    ]);
    expect(readUserAccountsReply({ accounts: [] })).toEqual([]);
  });

  it.each([
    ['accounts', { accounts: {} }],
    ['JSON object', { accounts: ['7'] }],
    ['id', { accounts: [{ ...account, id: 7 }] }],
    ['name', { accounts: [{ ...account, name: '' }] }],
    ['slug', { accounts: [{ ...account, slug: 7 }] }],
  ])('refuses a reply without a usable %s', (field, body) => {
    expectUnreadable(() => readUserAccountsReply(body), field);
  });
});

describe('readValidatePermissionReply', () => {
  it('reads yes and no', () => {
    expect(readValidatePermissionReply({ has_permission: true })).toBe(true);
    expect(readValidatePermissionReply({ has_permission: false })).toBe(false);
  });

  it.each(['true', 1, null, undefined])('does not take %p for an answer', (said) => {
    expectUnreadable(() => readValidatePermissionReply({ has_permission: said }), 'has_permission');
  });
});

describe('readRevokeSessionsReply', () => {
  it('reads how many were revoked', () => {
    expect(readRevokeSessionsReply({ revoked: 0 })).toBe(0);
    expect(readRevokeSessionsReply({ revoked: 12 })).toBe(12);
  });

  it.each(['1', -1, 1.5, 2 ** 53, null])('does not take %p for a number of sessions', (revoked) => {
    expectUnreadable(() => readRevokeSessionsReply({ revoked }), 'revoked');
  });
});
