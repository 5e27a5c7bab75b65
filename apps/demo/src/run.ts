// What the demo does once it is clear that it is to start.
import { fileURLToPath } from 'node:url';
import { SCHEMA } from './database.js';
import { startDemo } from './demo.js';
import type { Demo } from './demo.js';
import { ORGANIZER, PEOPLE } from './people.js';
import type { Settings } from './settings.js';
import { Transcript } from './walk-through/transcript.js';
import { walkThrough } from './walk-through/walk-through.js';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));
const INTERRUPTED = 128 + 2;

/** Until it is interrupted. Gives the exit code. */
export async function runUntil(interrupted: Promise<void>, settings: Settings): Promise<number> {
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

/** The whole handoff, without a browser. Gives the exit code. */
export async function runOnce(interrupted: Promise<void>, settings: Settings): Promise<number> {
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
