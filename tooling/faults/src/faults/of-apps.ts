import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';

export const APP_FAULTS: readonly Fault[] = [
  {
    name: 'SIGKILL of an app',
    // Where a process dies is a matter of luck, and it has to be at many points.
    weight: 3,
    strike: (stage, random) => stage.replaceApp(stage.pickApp(random)),
  },
  {
    name: 'SIGSTOP of an app',
    strike: (stage, random) => stage.pickApp(random).pause(200 + random() * 2_500),
  },
  {
    name: 'SIGKILL of the issuer',
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
    strike: async (stage, random) => {
      const holdMs = 500 + random() * 2_000;
      stage.pickApp(random).send({ holdMs });
      await sleep(holdMs);
    },
  },
];
