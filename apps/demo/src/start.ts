// `npm run demo` and `npm run demo -- --once`.
import { isNativeError } from 'node:util/types';
import { Command } from 'commander';
import { readSettings } from './settings.js';

const ENVIRONMENT = `
Environment:
  TUVENS_PORT, HI_EVENTS_PORT  ports, 3000 and 4000 unless set; 0 takes any free one
  DATABASE_URL                 a PostgreSQL database to use instead of the embedded one
  HI_EVENTS_REDEEM             database (default) or http: how Hi.Events redeems; http: a process for each app
  TUVENS_API_URL               origin where Hi.Events reaches Tuvens' API, if it is not Tuvens' own
  TUVENS_RATE_LIMITS           on (default) or off: whether that API limits how often it is called
  HI_EVENTS_TIMEOUT_MS, HI_EVENTS_TRY_TIMEOUT_MS, HI_EVENTS_RETRIES
                               Hi.Events' patience with that API: for a call, for one try, and tries after the first
  HI_EVENTS_DOMAIN             origin of Hi.Events, if it is not http://localhost:<port>
  HI_EVENTS_SHARED_SECRET      Hi.Events' secret, else CROSS_APP_SHARED_SECRET, else one made at start
  CROSS_APP_TOKEN_EXPIRY       life of a token in seconds, 1 to 900 (default)`;

async function main(): Promise<number> {
  const isOnce = readArguments();
  const settings = readSettings(process.env);
  const interrupted = interruption();
  // The apps are loaded once it is clear that they are to start.
  const { runOnce, runUntil } = await import('./run.js');
  return isOnce ? runOnce(interrupted, settings) : runUntil(interrupted, settings);
}

function readArguments(): boolean {
  const command = new Command('npm run demo --')
    .description('Starts Tuvens and Hi.Events, two apps that hand a signed-in person over.')
    .option('--once', 'run the whole handoff without a browser, print each step, and stop')
    .addHelpText('after', ENVIRONMENT)
    .allowExcessArguments()
    .parse();
  const [unknown] = command.args;
  if (unknown !== undefined) command.error(`error: unknown argument '${unknown}'`);
  return command.opts<{ once?: true }>().once ?? false;
}

// Ctrl-C and its like. Further ones change nothing: npm passes on what the terminal has sent already.
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        resolve();
      });
    }
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(isNativeError(error) ? error.message : String(error));
    process.exitCode = 1;
  },
);
