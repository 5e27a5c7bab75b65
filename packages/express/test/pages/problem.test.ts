import { CrossAppError } from '@cross-app/protocol';
import { ERRORS } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { problemOf } from '../../src/pages/problem.js';
import { PROBLEMS } from './sample-pages.js';

const CODES = Object.keys(ERRORS) as CrossAppErrorCode[];

describe('problemOf', () => {
  it.each(CODES)('has a problem with a page for %s', (code) => {
    expect(PROBLEMS).toContain(problemOf(code));
  });

  it('tells of a refused token nothing but its expiry, which stands in the token', () => {
    const reasons = CODES.filter((code) => new CrossAppError(code).publicCode === 'invalid_token');
    expect(reasons).toHaveLength(7);
    const told = reasons.filter((code) => problemOf(code) !== 'refused');
    expect(told).toEqual(['token_expired']);
  });
});
