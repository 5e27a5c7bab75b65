import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { History, Request } from '../../src/history/history.js';
import { readHistory } from '../../src/history/read-history.js';
import { Recorder } from '../../src/history/recorder.js';
import type { Line, RecordedRow, RowOfEvent } from '../../src/history/recorder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cross-app-history-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function written(...lines: Line[]): History {
  const recorder = new Recorder(join(folder, 'process.jsonl'));
  for (const line of lines) recorder.write(line);
  recorder.close();
  return readHistory(folder, 1);
}

const row = (more: Partial<RecordedRow>): RecordedRow => ({
  id: '7',
  createdAtMs: 1000,
  tokenHash: 'hash of 7',
  userId: '1',
  usedAtMs: null,
  redemptionId: null,
  isRevoked: false,
  expiresAtMs: 9000,
  isArchived: false,
  ...more,
});
const told = (where: 'event' | 'audit', of: RowOfEvent): Line => ({
  kind: 'told',
  where,
  name: 'issued',
  row: of,
  isRetry: false,
  at: 1,
});
const hashes = (history: History): (string | null)[] => history.told.map(({ tokenHash }) => tokenHash);

describe('an entry of the audit, which has an id alone', () => {
  it('tells of the row with that id', () => {
    expect(hashes(written({ kind: 'rows', rows: [row({})] }, told('audit', { id: '7' })))).toEqual([
      'hash of 7',
    ]);
    expect(hashes(readHistory(folder, 1))).toEqual(['hash of 7']);
  });

  it('tells of nothing that is known, where a lost row had the id before, or no row has it', () => {
    const lost = told('event', { id: '7', createdAtMs: 900 });
    const rows: Line = { kind: 'rows', rows: [row({})] };
    expect(hashes(written(rows, lost, told('audit', { id: '7' }), told('audit', { id: '8' })))).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a call that has not ended', () => {
  const request: Request = { verb: 'revoke', token: 'handoff_x' };

  it('hung, unless its process was killed', () => {
    const { operations } = written(
      { kind: 'invoked', id: 'app1/single:1', at: 1, request },
      { kind: 'invoked', id: 'app2/single:1', at: 2, request },
      { kind: 'invoked', id: 'app2/single:2', at: 3, request },
      { kind: 'completed', id: 'app2/single:2', at: 4, outcome: { kind: 'unknown', why: 'too late' } },
      { kind: 'killed', process: 'app1' },
    );
    expect(operations.map(({ id, isHung }) => [id, isHung === true])).toEqual([
      ['app1/single:1', false],
      ['app2/single:1', true],
      ['app2/single:2', false],
    ]);
  });
});
