import CliTable from 'cli-table3';

/** What a cell shows; null is a dash. */
export type Cell = string | number | null;

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under a head. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** How many columns at the left are text; the others are numbers, and stand at the right. */
  readonly textColumns: number;
}

/**
 * A table without colours: with lines on a terminal that is wide enough, else with blanks between the columns,
 * which `awk` and people read as well.
 */
export function formatTable(table: Table, columns: number | null): string {
  const drawn = draw(table, { style: { compact: true } });
  if (columns !== null && widthOf(drawn) <= columns) return `${drawn}\n`;
  const plain = draw(table, { chars: NO_LINES, style: { 'padding-left': 0, 'padding-right': 0 } });
  return `${plain.replace(/ +$/gm, '')}\n`;
}

function draw(
  { head, rows, textColumns }: Table,
  { style, ...options }: CliTable.TableConstructorOptions,
): string {
  const table = new CliTable({
    head: [...head],
    colAligns: head.map((_, column) => (column < textColumns ? 'left' : 'right')),
    ...options,
    style: { ...style, head: [], border: [] },
  });
  table.push(...rows.map((row) => row.map((cell) => cell ?? '–')));
  return table.toString();
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}
