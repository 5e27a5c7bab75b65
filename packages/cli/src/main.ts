#!/usr/bin/env node
import { run } from './program.js';
import { createTerminal } from './process-terminal.js';

// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

void run(process.argv.slice(2), createTerminal(process)).then((exitCode) => {
  // An interruption has set its own already.
  process.exitCode ??= exitCode;
});
