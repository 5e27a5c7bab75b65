import type { Fault, Plan } from './plan.js';

/** The two connections of an exchange, the client's and the target's. */
export interface Link {
  /** Connects to the target first if need be. */
  readonly toTarget: Send;
  readonly toClient: Send;
  /** Closes the client's connection behind what was sent, and drops the target's. */
  readonly close: () => void;
  /** Sends a reset over both connections. */
  readonly reset: () => void;
  /** Does the work after so long, unless the connection has ended by then. */
  readonly later: (ms: number, work: () => void) => void;
  /** Counts the fault. */
  readonly happened: () => void;
}

type Send = (chunk: Buffer, whenSent?: () => void) => void;

/** What becomes of the bytes of one exchange. */
export interface Exchange {
  readonly fromClient: (chunk: Buffer) => void;
  readonly fromTarget: (chunk: Buffer) => void;
  /** The target has closed its connection. */
  readonly targetEnded: () => void;
}

// A message is over when nothing of it came for so long: the proxy knows no HTTP.
const QUIET_MS = 20;

/** The planned exchange over this link. `maxDelayMs` bounds a delay. */
export function openExchange({ fault, at }: Plan, link: Link, maxDelayMs: number): Exchange {
  const passing = { fromClient: link.toTarget, fromTarget: link.toClient, targetEnded: link.close };
  return { ...passing, ...EXCHANGES[fault](link, at, maxDelayMs) };
}

type Difference = (link: Link, at: number, maxDelayMs: number) => Partial<Exchange>;

// What each one does differently from passing everything on.
const EXCHANGES: Readonly<Record<Fault, Difference>> = {
  pass: (link) => ({ fromTarget: first(link.happened, link.toClient) }),
  delay: (link, at, maxDelayMs) =>
    // Half of them hold the request back, half of them the reply.
    at < 0.5 ? delayRequest(link, 2 * at * maxDelayMs) : delayReply(link, (2 * at - 1) * maxDelayMs),
  refuse: (link) => ({ fromClient: first(link.happened, link.reset) }),
  'cut-request': (link, at) => ({ fromClient: cut(link, at, link.toTarget) }),
  'cut-reply': (link, at) => ({ fromTarget: cut(link, at, link.toClient), targetEnded: ignore }),
  'half-open-request': (link) => ({ fromClient: first(link.happened, ignore) }),
  'half-open-reply': (link) => ({ fromTarget: first(link.happened, ignore), targetEnded: ignore }),
  // Whoever replies has read the request.
  'drop-reply': (link) => ({ fromTarget: first(link.happened, link.close) }),
};

// Timers of one duration fire in the order in which they were set, so the bytes keep theirs.
function delayRequest(link: Link, ms: number): Partial<Exchange> {
  const send = first(link.happened, link.toTarget);
  return {
    fromClient: (chunk) => {
      link.later(ms, () => {
        send(chunk);
      });
    },
  };
}

function delayReply(link: Link, ms: number): Partial<Exchange> {
  const send = first(link.happened, link.toClient);
  return {
    fromTarget: (chunk) => {
      link.later(ms, () => {
        send(chunk);
      });
    },
    targetEnded: () => {
      link.later(ms, link.close);
    },
  };
}

// Waits for the whole message, so that any byte of it can be the one.
function cut(link: Link, at: number, send: Send): (chunk: Buffer) => void {
  const chunks: Buffer[] = [];
  return (chunk) => {
    const length = chunks.push(chunk);
    link.later(QUIET_MS, () => {
      if (chunks.length > length) return;
      const message = Buffer.concat(chunks);
      link.happened();
      send(message.subarray(0, Math.floor(at * message.length)), link.reset);
    });
  };
}

// Counts with the first bytes.
function first(happened: () => void, forward: (chunk: Buffer) => void): (chunk: Buffer) => void {
  let hasHappened = false;
  return (chunk) => {
    if (!hasHappened) happened();
    hasHappened = true;
    forward(chunk);
  };
}

function ignore(): void {
  // Swallowed.
}
