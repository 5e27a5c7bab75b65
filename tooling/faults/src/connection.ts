import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { openExchange } from './exchange.js';
import type { Exchange, Link } from './exchange.js';
import type { Fault, Plan } from './plan.js';

/** Where the bytes would go without the proxy. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** What all connections of a proxy have in common. */
export interface Surroundings {
  readonly target: () => Target;
  readonly maxDelayMs: number;
  readonly nextPlan: () => Plan;
  readonly onFault: (fault: Fault) => void;
}

/** A client's connection, and the target's that belongs to it. */
export class Connection {
  readonly #client: Socket;
  readonly #surroundings: Surroundings;
  readonly #timers = new Set<NodeJS.Timeout>();
  #target: Socket | undefined;
  #exchange: Exchange | undefined;
  #isAnswered = false;

  constructor(client: Socket, surroundings: Surroundings) {
    this.#client = client;
    this.#surroundings = surroundings;
    client.on('data', (chunk: Buffer) => {
      this.#current().fromClient(chunk);
    });
    // A client that breaks off is what this is for; `close` follows.
    client.on('error', () => undefined);
    client.on('close', () => {
      this.#dropTarget();
    });
  }

  /** Sends a reset over both connections. */
  reset(): void {
    reset(this.#client);
    if (this.#target !== undefined) reset(this.#target);
  }

  // The client's turn comes with its first bytes, and again after a reply. Until then it goes on with its request.
  #current(): Exchange {
    if (this.#exchange !== undefined && !this.#isAnswered) return this.#exchange;
    const { nextPlan, maxDelayMs } = this.#surroundings;
    const plan = nextPlan();
    this.#isAnswered = false;
    this.#exchange = openExchange(plan, this.#link(plan), maxDelayMs);
    return this.#exchange;
  }

  #link({ fault }: Plan): Link {
    return {
      toTarget: (chunk, whenSent) => {
        this.#openTarget().write(chunk, whenSent);
      },
      toClient: (chunk, whenSent) => {
        this.#isAnswered = true;
        this.#client.write(chunk, whenSent);
      },
      close: () => {
        this.#client.end();
        this.#dropTarget();
      },
      reset: () => {
        this.reset();
      },
      later: (ms, work) => {
        this.#later(ms, work);
      },
      happened: () => {
        this.#surroundings.onFault(fault);
      },
    };
  }

  #openTarget(): Socket {
    this.#target ??= this.#connectToTarget();
    return this.#target;
  }

  #connectToTarget(): Socket {
    const target = connect({ ...this.#surroundings.target(), noDelay: true });
    target.on('data', (chunk: Buffer) => {
      this.#exchange?.fromTarget(chunk);
    });
    target.on('end', () => {
      this.#exchange?.targetEnded();
    });
    // What the target does to the proxy, the proxy does to the client.
    target.on('error', () => {
      reset(this.#client);
    });
    return target;
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #dropTarget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#target?.destroy();
  }
}

// Node cannot reset a socket whose end is on its way: it leaves the handle open, and spins at its own exit.
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
