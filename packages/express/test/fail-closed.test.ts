import { CrossAppError } from '@cross-app/protocol';
import { failClosed } from '../src/fail-closed.js';

describe('failClosed', () => {
  it('hands a CrossAppError on as it is, from another copy of the class too', () => {
    const own = new CrossAppError('token_used');
    const foreign = Object.assign(new Error('used'), { name: 'CrossAppError', code: 'token_used' });
    expect(failClosed(own)).toBe(own);
    expect(failClosed(foreign)).toBe(foreign);
  });

  it.each([[new Error('lost')], [undefined], [null], ['text'], [{ code: 'token_used' }], [{ status: 200 }]])(
    'makes store_unavailable of %p and keeps it as the cause',
    (thrown) => {
      expect(failClosed(thrown)).toMatchObject({ code: 'store_unavailable', status: 503 });
      expect(failClosed(thrown).cause).toBe(thrown);
    },
  );
});
