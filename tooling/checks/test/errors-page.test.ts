import { ERRORS } from '@cross-app/protocol';
import type { CrossAppErrorCode } from '@cross-app/protocol';
import { readText } from './documents.js';

const sections = readText('docs/errors.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [code = '', ...lines] = section.split('\n');
    return { code, text: lines.join('\n').trim() };
  });

describe('docs/errors.md', () => {
  it('has a heading for each code of the table, in its order, and for no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(Object.keys(ERRORS));
  });

  it.each(sections)('says of $code its status, usual cause and fix', ({ code, text }) => {
    const { status, publicCode } = ERRORS[code as CrossAppErrorCode];
    const shown = publicCode === code ? `${status}` : `${status} \`${publicCode}\``;
    expect(text.startsWith(shown)).toBe(true);
    expect(text).toContain('**Usual cause:**');
    expect(text).toContain('**Fix:**');
  });
});
