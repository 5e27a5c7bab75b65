import { mistake, wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys, requireWholeNumber } from '../options.js';
import { originOf } from '../sessions-origin.js';
import type { DatabaseSessions } from '../sessions.js';
import { JOB_OPTIONS, resolveJobs } from './scheduled-jobs.js';
import type { JobReport, ScheduledJob, ScheduledJobOptions } from './scheduled-jobs.js';

/** Options of {@link scheduleMaintenance}. */
export interface ScheduleOptions extends ScheduledJobOptions {
  /**
   * Seconds from the end of one run to the begin of the next, a tenth more or less by chance: 1 to 604,800. Default
   * 3,600. The first run begins by chance within the first tenth of it.
   */
  readonly everySeconds?: number;
  /** Told what each job did; may be async. What it throws goes to `onError`. */
  readonly onReport?: (report: JobReport) => void | Promise<void>;
  /** Told what went wrong; may be async. Default: a process warning named `CrossAppMaintenanceWarning`. */
  readonly onError?: (error: unknown) => void | Promise<void>;
}

/** Maintenance that runs in this process. */
export interface MaintenanceSchedule {
  /** No further run begins, and one under way ends after its current batch. Resolves when it has. */
  stop(): Promise<void>;
}

const DEFAULT_EVERY_SECONDS = 3_600;
const MAX_EVERY_SECONDS = 604_800;

/**
 * Runs maintenance now and then in this process, for hosts that have no cron: new partitions, cleanup and the end of
 * old revocations, and on request archive and the other two purges. Every instance of an app may do so: one of them has
 * the turn, the others report `busy`. Never two runs at once here. An error goes to `onError`, and the next run comes
 * all the same. The timer does not keep the process alive; stop it before you destroy the knex.
 *
 * @throws TypeError for sessions that `createCrossAppSessions` has not made, an unknown option or a value outside its
 * limits.
 * @example
 * const maintenance = scheduleMaintenance(sessions, { cleanUp: { retentionSeconds: 7 * 86_400 } });
 * process.once('SIGTERM', () => void maintenance.stop().then(() => knex.destroy()));
 */
export function scheduleMaintenance(
  sessions: DatabaseSessions,
  options: ScheduleOptions = {},
): MaintenanceSchedule {
  const origin = originOf(sessions);
  if (origin === undefined) {
    throw mistake(
      'scheduleMaintenance takes what createCrossAppSessions returned: a client over HTTP has no tables to maintain',
    );
  }
  const { everySeconds = DEFAULT_EVERY_SECONDS, onReport, onError, ...jobOptions } = options;
  refuseUnknownKeys('scheduleMaintenance', jobOptions, JOB_OPTIONS);
  requireWholeNumber('everySeconds', everySeconds, [1, MAX_EVERY_SECONDS]);
  requireListener('onReport', onReport);
  requireListener('onError', onError);
  const schedule = new Schedule(resolveJobs(origin, jobOptions), { everySeconds, onReport, onError });
  return { stop: () => schedule.stop() };
}

function requireListener(option: string, listener: unknown): void {
  if (listener !== undefined && typeof listener !== 'function') {
    throw wrongOption(`${option} must be a function`, listener);
  }
}

interface Settings {
  readonly everySeconds: number;
  readonly onReport: ScheduleOptions['onReport'];
  readonly onError: ScheduleOptions['onError'];
}

class Schedule {
  readonly #jobs: readonly ScheduledJob[];
  readonly #settings: Settings;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(jobs: readonly ScheduledJob[], settings: Settings) {
    this.#jobs = jobs;
    this.#settings = settings;
    // Instances that a deployment started together do not run together.
    this.#wait(Math.random() * 0.1);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(intervals: number): void {
    if (this.#stopped.signal.aborted) return;
    const start = (): void => {
      this.#running = this.#runJobs().then(() => {
        this.#wait(0.9 + Math.random() * 0.2);
      });
    };
    this.#timer = setTimeout(start, intervals * this.#settings.everySeconds * 1000).unref();
  }

  async #runJobs(): Promise<void> {
    for (const job of this.#jobs) {
      if (this.#stopped.signal.aborted) return;
      try {
        const report = await job(this.#stopped.signal);
        if (report !== null) await this.#settings.onReport?.(report);
      } catch (error) {
        await this.#tell(error);
      }
    }
  }

  async #tell(error: unknown): Promise<void> {
    const { onError = warn } = this.#settings;
    try {
      await onError(error);
    } catch (another) {
      warn(error);
      warn(another);
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(`maintenance failed: ${String(error)}`, 'CrossAppMaintenanceWarning');
}
