import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.js';
import type { FaultWeights } from '../plan.js';

function weather(name: string, faults: FaultWeights): Fault {
  return {
    name,
    strike: async (stage, random) => {
      stage.proxy.setFaults({ pass: 10, ...faults });
      await sleep(1_000 + random() * 2_000);
      stage.proxy.setFaults({ pass: 1 });
    },
  };
}

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: 'every connection cut',
    strike: (stage) => {
      stage.proxy.cut();
      return Promise.resolve();
    },
  },
  weather('connections reset', { refuse: 1, 'cut-request': 2, 'cut-reply': 2 }),
  weather('replies dropped', { 'drop-reply': 3 }),
  weather('connections half-open', { 'half-open-request': 0.3, 'half-open-reply': 0.3 }),
  weather('replies delayed', { delay: 10 }),
];
