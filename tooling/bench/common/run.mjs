import { writeFile } from 'node:fs/promises';
import { machineOf } from './machine.mjs';
import { startBenchServer } from './database.mjs';
import { printTable } from './table.mjs';

// 128 and the number of the signal, as shells have it.
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/**
 * Runs a bench on a PostgreSQL of its own, writes the numbers where `options.json` says, and prints its tables.
 * `measure(server)` gives `measured`, plain JSON; `tables(result)` gives `[{ title, head, rows }]`, all strings.
 * `rows` and `flags` are the server's.
 */
export async function runBench({ name, options, tables, measure, rows, flags }) {
  const server = await startBenchServer({ rows, flags });
  const letGo = stopOnSignal(server);
  try {
    const machine = await machineOf(server.url);
    const result = resultOf({ name, options, machine, measured: await measure(server) });
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
    for (const table of tables(result)) console.log(printTable(table));
  } finally {
    letGo();
    await server.stop();
  }
}

function resultOf({ name, options, machine, measured }) {
  return {
    bench: name,
    date: new Date().toISOString().slice(0, 10),
    command: commandWithout('--json'),
    machine,
    options: { ...options, json: undefined },
    measured,
  };
}

// What somebody types to run this once more. Where the numbers went says nothing about them.
function commandWithout(option) {
  const given = process.argv.slice(2);
  const kept = given.filter(
    (text, index) => text !== option && given[index - 1] !== option && !text.startsWith(`${option}=`),
  );
  const quoted = kept.map((text) => (/^[\w.,:/=-]+$/.test(text) ? text : `'${text}'`));
  return ['npm run bench --', ...quoted].join(' ');
}

function stopOnSignal(server) {
  const listeners = Object.entries(EXIT_CODES).map(([signal, code]) => {
    const stop = () => void server.stop().finally(() => process.exit(code));
    process.once(signal, stop);
    return () => process.off(signal, stop);
  });
  return () => listeners.forEach((remove) => remove());
}
