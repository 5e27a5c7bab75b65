import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ISSUER_PATHS } from '@cross-app/protocol';
import { AUTHORIZE_PATH } from '../../src/issuer/authorize/path.js';
import { ATTRIBUTES, METRICS } from '../../src/telemetry/names.js';

const page = readFileSync(join(__dirname, '../../../../docs/observability.md'), 'utf8');

/** The first column of the table whose header begins with that word. */
function documented(header: string): string[] {
  const [, table = ''] = page.split(new RegExp(`^\\| ${header} .*\n`, 'm'));
  const [rows = ''] = table.split(/^(?!\|)/m);
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name);
}

describe('docs/observability.md', () => {
  it('names every attribute, metric and call, and no other', () => {
    expect(documented('attribute')).toEqual(Object.values(ATTRIBUTES));
    expect(documented('metric')).toEqual(Object.values(METRICS));
    const calls = [...Object.values(ISSUER_PATHS), AUTHORIZE_PATH].map((path) => path.slice(1));
    expect(documented('call').sort()).toEqual(['redeem', 'back-channel-logout', ...calls].sort());
  });
});
