import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is something to return; jest's time-out ends it. */
export async function until<Value>(ask: () => Value | false | null | Promise<Value | false>): Promise<Value> {
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== null) return answer;
    await delay(20);
  }
}
