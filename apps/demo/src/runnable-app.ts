import type { RequestListener } from 'node:http';

/** An app that can be served, and what it does beside answering. */
export interface RunnableApp {
  readonly handle: RequestListener;
  /** Ends what it does beside answering. */
  close(): Promise<void>;
}
