import { markdownTable } from 'markdown-table';

/** A table in Markdown. A column whose first cell is a number goes to the right. */
export function markdown({ head, rows }) {
  const align = head.map((_, column) => (/^\d/.test(rows[0]?.[column]) ? 'r' : 'l'));
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  return markdownTable(cells, { align });
}
