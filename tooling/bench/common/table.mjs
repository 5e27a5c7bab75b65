import Table from 'cli-table3';

const PLAIN = { style: { head: [], border: [], compact: true } };

/** A table for a terminal, its title above. */
export function printTable({ title, head, rows }) {
  const table = new Table({ ...PLAIN, head });
  table.push(...rows);
  return `${title}\n${table.toString()}\n`;
}
