// `npm run demo` and `npm run demo -- --once`.
import { fileURLToPath } from 'node:url';
import { isNativeError } from 'node:util/types';
import { Command } from 'commander';
import { SCHEMA } from './database.js';
import { startDemo } from './demo.js';
import type { Demo } from './demo.js';
import { ORGANIZER, PEOPLE } from './people.js';
import { readSettings } from './settings.js';
import type { Settings } from './settings.js';
import { Transcript } from './walk-through/transcript.js';
import { walkThrough } from './walk-through/walk-through.js';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const INTERRUPTED = 128 + 2;

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
  return isOnce ? runOnce(settings, interrupted) : runUntil(interrupted, settings);
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

async function runUntil(interrupted: Promise<void>, settings: Settings): Promise<number> {
  const demo = await startDemo(settings, { folder: FOLDER, log: console.error });
  try {
    console.log(
      [
        describeApps(demo, settings),
        await describeReadyLink(demo, settings),
        describeApi(settings),
        describeStatistics(demo),
        'Ctrl-C stops everything.',
      ].join('\n\n'),
    );
    await Promise.race([interrupted, demo.broken]);
    return 0;
  } finally {
    await demo.stop();
  }
}

async function runOnce(settings: Settings, interrupted: Promise<void>): Promise<number> {
  const { sharedSecret } = settings;
  const transcript = new Transcript(console.log);
  const demo = await startDemo(settings, {
    folder: FOLDER,
    log: (line) => {
      transcript.note(`log: ${line}`);
    },
  });
  const { tuvensUrl, hiEventsUrl } = demo;
  try {
    transcript.say(describeApps(demo, settings));
    const walk = walkThrough({ tuvensUrl, hiEventsUrl, sharedSecret, transcript });
    return await Promise.race([
      walk.then((isRight) => (isRight ? 0 : 1)),
      interrupted.then(() => INTERRUPTED),
      demo.broken,
    ]);
  } finally {
    await demo.stop();
  }
}

function describeApps({ tuvensUrl, hiEventsUrl, embeddedUrl }: Demo, { redeem }: Settings): string {
  const people = PEOPLE.map(({ email }) => email).join(', ');
  const way =
    redeem === 'http' ? 'over HTTP, through the API of Tuvens' : 'in the database that it shares with Tuvens';
  const database =
    embeddedUrl === null ? `DATABASE_URL, schema ${SCHEMA}` : 'embedded PostgreSQL, gone when the demo ends';
  return [
    `Tuvens     ${tuvensUrl}  sign in as ${people}; password: demo`,
    `Hi.Events  ${hiEventsUrl}  redeems ${way}`,
    `Database   ${database}`,
  ].join('\n');
}

// The one place where a token is printed: for the person who has just started the demo, and good for one use.
async function describeReadyLink(demo: Demo, { ttlSeconds }: Settings): Promise<string> {
  const life = ttlSeconds % 60 === 0 ? `${ttlSeconds / 60} min` : `${ttlSeconds} s`;
  const what = `one click signs you in at Hi.Events as ${ORGANIZER.name}, once, for the next ${life}`;
  return `Try this link: ${what}.\n${await demo.makeReadyLink()}`;
}

// A secret that was made for this run opens nothing else, and is gone with it. One that was set is never printed.
function describeApi({ sharedSecret, isSecretMade }: Settings): string {
  const what = "Call Tuvens' API from another terminal, as docs/http-api.md shows";
  return isSecretMade
    ? `${what}. There, set Hi.Events' secret of this run first:\nexport HI_EVENTS_SHARED_SECRET=${sharedSecret}`
    : `${what}, with the secret that you have set for Hi.Events.`;
}

// The tables have two weeks of made-up history. Another app's may be in the same database: search_path says whose.
function describeStatistics({ embeddedUrl }: Demo): string {
  const command = 'node packages/cli/dist/main.js stats --days 14';
  const line =
    embeddedUrl === null
      ? `PGOPTIONS='-c search_path=${SCHEMA}' ${command}`
      : `${command} --database-url ${embeddedUrl}`;
  return `Look at the tables from another terminal here; health, inspect and the others go likewise.\n${line}`;
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
