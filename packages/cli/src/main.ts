#!/usr/bin/env node
import { run } from './program.js';

// Everything runs in one transaction, which PostgreSQL undoes when the connection ends.
function endOn(signal: NodeJS.Signals, exitCode: number): void {
  process.once(signal, () => {
    process.stderr.write('\nerror: interrupted; what was not finished has been undone\n');
    process.exit(exitCode);
  });
}

endOn('SIGINT', 130);
endOn('SIGTERM', 143);
// Whoever reads our output may stop early, as `head` does.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

void run(process.argv.slice(2), {
  env: process.env,
  writeOut: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
