import { memoryTable, queueTable } from './memory-report.mjs';
import { fillfactorsTable, rowsPlot, rowsTable } from './rows-report.mjs';
import { writesPlot, writesTable } from './writes-report.mjs';

export function tables({ measured: { cases, rows, memory } }) {
  return [
    rowsTable(rows),
    fillfactorsTable(rows),
    writesTable(cases),
    memoryTable(memory),
    queueTable(memory),
  ];
}

export function plots({ measured: { cases, rows } }) {
  return [rowsPlot(rows), writesPlot(cases)];
}
