import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KnownToken } from '../workload/known-tokens.js';
import { ENDED_BY_DRIVER } from '../workload/settings.js';
import type { IssuerSettings, WorkerSettings } from '../workload/settings.js';

const RUN = require.resolve('@cross-app/jest/run.cjs');
const CLOCK = join(__dirname, 'wrong-clock.cjs');
const PATIENCE_MS = 30_000;

/** A process of an app, which can be killed and stopped. */
export class AppProcess {
  /** As it names itself in the history. */
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #printed = '';

  private constructor(file: string, settings: WorkerSettings | IssuerSettings, clockMs: number) {
    this.name = 'name' in settings ? settings.name : 'issuer';
    this.#child = fork(RUN, [join(__dirname, '..', 'workload', file), JSON.stringify(settings)], {
      execArgv: ['--require', CLOCK],
      env: { ...process.env, CROSS_APP_CLOCK_MS: String(clockMs) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#gone = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.#printed += String(text)));
    }
    this.#child.on('error', () => undefined);
  }

  /** Its clock is wrong by `clockMs`. Resolves when it has begun. */
  static async start(
    file: 'worker.ts' | 'issuer.ts',
    settings: WorkerSettings | IssuerSettings,
    clockMs = 0,
  ): Promise<AppProcess> {
    const started = new AppProcess(file, settings, clockMs);
    const begun = await Promise.race([once(started.#child, 'message'), started.#gone.then(() => [])]);
    if (begun.length === 0) throw new Error(`${file} has not started: ${started.#printed}`);
    return started;
  }

  get printed(): string {
    return this.#printed;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  onToken(listener: (made: KnownToken) => void): void {
    this.#child.on('message', listener);
  }

  send(message: KnownToken | 'end' | { readonly holdMs: number }): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** Asks it to end, as whoever deploys does. @throws when it does not, or ends with an error. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended();
  }

  /** Lets it do nothing for so long. */
  async pause(ms: number): Promise<void> {
    this.#child.kill('SIGSTOP');
    await sleep(ms);
    this.#child.kill('SIGCONT');
  }

  /** Lets it end what it has begun; one that does not is killed in the end. @throws when it ends with an error. */
  async end(): Promise<void> {
    this.send('end');
    if (await this.#isGoneInTime()) this.#expectNoError();
    else await this.kill();
  }

  async #ended(): Promise<void> {
    if (!(await this.#isGoneInTime())) await this.kill();
    this.#expectNoError();
  }

  async #isGoneInTime(): Promise<boolean> {
    const inTime = await Promise.race([this.#gone, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return inTime !== undefined;
  }

  #expectNoError(): void {
    const { exitCode } = this.#child;
    if (exitCode !== 0 && exitCode !== ENDED_BY_DRIVER)
      throw new Error(`a process of the workload broke: ${this.#printed}`);
  }
}
