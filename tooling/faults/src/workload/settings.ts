/** How a process of the workload is to behave. It travels as JSON. */
export interface WorkerSettings {
  /** Unlike that of any other process of the run; also names its file in the history. */
  readonly name: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly seed: number;
  /** How many do something at a time. */
  readonly actors: number;
  readonly users: readonly string[];
  /** Of the issuer's API, where some redeem over HTTP. */
  readonly issuer: { readonly url: string; readonly secret: string } | null;
  readonly poolSize: number;
  readonly timeoutMs: number;
  readonly prepare: boolean;
}

/** How the process with the issuer's API is to behave. */
export interface IssuerSettings {
  readonly databaseUrl: string;
  readonly port: number;
  readonly secret: string;
  readonly timeoutMs: number;
  /** How long it says that it is about to end, before it does. */
  readonly noticeMs: number;
}

/** How a process ends that its database driver has ended. */
export const ENDED_BY_DRIVER = 86;
