import { CrossAppRequestError, invalidArgument, isCrossAppRequestError, TryFailure } from '../src/errors.js';

const request = 'POST https://tuvens.com/api/cross-app/validate-session';

describe('CrossAppRequestError', () => {
  it('says what was called, what happened and how often', () => {
    const failure = new TryFailure('network', { detail: 'ECONNREFUSED' });
    const error = new CrossAppRequestError(request, failure, 3);
    expect(error.message).toBe(`${request} brought no answer (network, ECONNREFUSED; attempts: 3)`);
    expect(error).toMatchObject({ reason: 'network', attempts: 3, replyStatus: undefined });
  });

  it('says the status of a reply that was no answer', () => {
    const error = new CrossAppRequestError(request, new TryFailure('status', { status: 502 }), 1);
    expect(error.message).toBe(`${request} brought no answer (status, 502; attempts: 1)`);
    expect(error).toMatchObject({ reason: 'status', attempts: 1, replyStatus: 502 });
  });
});

describe('isCrossAppRequestError', () => {
  it('knows the errors of this and of another copy of the package', async () => {
    jest.resetModules();
    const copy = await import('../src/errors.js');
    const foreign = new copy.CrossAppRequestError(request, new copy.TryFailure('timeout'), 1);
    expect(foreign).not.toBeInstanceOf(CrossAppRequestError);
    expect(isCrossAppRequestError(foreign)).toBe(true);
    expect(isCrossAppRequestError(new CrossAppRequestError(request, new TryFailure('timeout'), 1))).toBe(
      true,
    );
  });

  it.each([
    [undefined],
    [null],
    ['CrossAppRequestError'],
    [new Error('x')],
    [{ name: 'CrossAppRequestError' }],
  ])('is not misled by %p', (value) => {
    expect(isCrossAppRequestError(value)).toBe(false);
  });
});

describe('TryFailure', () => {
  it.each([
    ['a time-out', new TryFailure('timeout'), true],
    ['a broken connection', new TryFailure('network'), true],
    ['an unreadable reply', new TryFailure('unreadable'), true],
    ['a 500', new TryFailure('status', { status: 500 }), true],
    ['a 599', new TryFailure('status', { status: 599 }), true],
    ['a 429', new TryFailure('status', { status: 429 }), true],
    ['a 499', new TryFailure('status', { status: 499 }), false],
    ['a 404', new TryFailure('status', { status: 404 }), false],
    ['a redirect', new TryFailure('redirect', { status: 302 }), false],
    ['a redirect whose status is hidden', new TryFailure('redirect', { status: 0 }), false],
  ])('knows whether another try makes sense after %s', (_name, failure, expected) => {
    expect(failure.isWorthRetrying).toBe(expected);
  });
});

describe('invalidArgument', () => {
  it('tells the programmer why, and the caller nothing', () => {
    const error = invalidArgument('targetApp is wrong');
    expect(error).toMatchObject({ code: 'invalid_argument', cause: new TypeError('targetApp is wrong') });
    expect(JSON.stringify(error)).not.toContain('targetApp');
  });
});
