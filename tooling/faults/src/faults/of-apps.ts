import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { AppProcess } from '../run/processes.js';
import type { Stage } from '../run/stage.js';
import type { Fault } from './fault.js';

/** The other apps are not to notice. */
function toOne(stage: Stage, random: Random, work: (app: AppProcess) => Promise<unknown>): Promise<void> {
  const app = stage.pickApp(random);
  return stage.unnoticed(() => work(app), app);
}

export const APP_FAULTS: readonly Fault[] = [
  {
    name: 'SIGKILL of an app',
    // Where a process dies is a matter of luck, and it has to be at many points.
    weight: 4,
    strike: (stage, random) => toOne(stage, random, (app) => stage.replaceApp(app)),
  },
  {
    name: 'SIGSTOP of an app',
    strike: (stage, random) => toOne(stage, random, (app) => app.pause(200 + random() * 2_500)),
  },
  {
    name: 'SIGKILL of the issuer',
    weight: 2,
    strike: (stage) => stage.replaceIssuer(),
  },
  {
    name: 'SIGSTOP of the issuer',
    strike: (stage, random) => stage.pauseIssuer(200 + random() * 2_500),
  },
  {
    name: 'reload of the issuer',
    strike: (stage) => stage.reloadIssuer(),
  },
  {
    name: 'pool of an app exhausted',
    strike: (stage, random) =>
      toOne(stage, random, async (app) => {
        const holdMs = 500 + random() * 2_000;
        app.send({ holdMs });
        await sleep(holdMs);
      }),
  },
];
