import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Connection } from './connection.js';
import type { Target } from './connection.js';
import { createPlanner, FAULTS } from './plan.js';
import type { Fault, FaultWeights } from './plan.js';
import type { Random } from './random.js';

/** Options of {@link createFaultProxy}. */
export interface FaultProxyOptions {
  readonly target: Target;
  /** Chooses the faults, such as `seededRandom(1)`. Default `Math.random`. */
  readonly random?: Random;
  readonly faults: FaultWeights;
  /** The longest delay, in milliseconds: 0 to 60,000. Default 100. */
  readonly maxDelayMs?: number;
}

/** A proxy that listens on 127.0.0.1. */
export interface FaultProxy {
  readonly port: number;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** From now on the next exchange of each connection gets one of these. */
  setFaults(faults: FaultWeights): void;
  /** New connections go there. Those that are open stay where they are. */
  setTarget(target: Target): void;
  /** Breaks every connection that is open now. */
  cut(): void;
  /** How many exchanges each one happened to, and not only: was planned for. `pass` counts too. */
  counts(): Readonly<Record<Fault, number>>;
  /** Stops listening and breaks every connection. Once more does nothing more. */
  close(): Promise<void>;
}

/**
 * Stands between a client and a server and passes on what they say, except for the faults: each exchange gets
 * one, chosen by `random`. An exchange begins when the client sends its first bytes, or the first ones after a
 * reply, so the client has to speak first, and must not send its next request before the reply, as in HTTP
 * without pipelining. Messages are held in memory: they should be small.
 *
 * @throws TypeError at once for options that cannot work.
 * @example
 * const proxy = await createFaultProxy({
 *   target: { host: '127.0.0.1', port: 3000 },
 *   random: seededRandom(1),
 *   faults: { pass: 8, 'drop-reply': 1, refuse: 1 },
 * });
 */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, random = Math.random, faults, maxDelayMs = 100 } = options;
  if (!Number.isInteger(maxDelayMs) || maxDelayMs < 0 || maxDelayMs > 60_000) {
    throw new TypeError('createFaultProxy: maxDelayMs must be a whole number from 0 to 60000');
  }
  const counts = Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as Record<Fault, number>;
  let nextPlan = createPlanner(faults, random);
  let currentTarget = target;
  const surroundings = {
    target: () => currentTarget,
    maxDelayMs,
    nextPlan: () => nextPlan(),
    onFault: (fault: Fault) => {
      counts[fault] += 1;
    },
  };

  const connections = new Set<Connection>();
  const server = createServer({ noDelay: true }, (client: Socket) => {
    const connection = new Connection(client, surroundings);
    connections.add(connection);
    client.on('close', () => connections.delete(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = once(server, 'close');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    setFaults: (weights) => {
      nextPlan = createPlanner(weights, random);
    },
    setTarget: (another) => {
      currentTarget = another;
    },
    cut: () => {
      for (const connection of connections) connection.reset();
    },
    counts: () => ({ ...counts }),
    close: async () => {
      server.close();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
}
