import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@cross-app/core';
import { freePort } from '@cross-app/test-database/free-port';
import { pgbouncer, startPgBouncer } from '@cross-app/test-database/pgbouncer';
import type { PgBouncer } from '@cross-app/test-database/pgbouncer';
import { startPostgres } from '@cross-app/test-database/server';
import type { PostgresServer } from '@cross-app/test-database/server';
import type { Knex } from 'knex';
import { now, Recorder } from '../history/recorder.js';
import { createFaultProxy } from '../proxy.js';
import type { FaultProxy } from '../proxy.js';
import type { Random } from '../random.js';
import { seededRandom } from '../random.js';
import { pickOne, randomText } from '../workload/pick.js';
import { createPool } from '../workload/pool.js';
import { AppProcess } from './processes.js';

const USERS = 50;
const APPS = 3;
const ACTORS = 8;
const POOL_SIZE = 4;
const HOUR_MS = 3_600_000;

// It makes one connection at a time. By default it waits 15 s for one that is half-open, and refuses everybody meanwhile.
const POOLER = [
  'default_pool_size = 8',
  'query_wait_timeout = 2',
  'query_timeout = 2',
  'server_login_retry = 0',
  'server_connect_timeout = 1',
];

/** How long a process of the workload waits for an answer. */
export const TIMEOUT_MS = 1_500;

// Some delays are too long for it.
const MAX_DELAY_MS = 2_000;

export interface StageOptions {
  readonly seed: number;
  /** For the files of the history. Must not be there yet. */
  readonly folder: string;
  readonly layout: 'plain' | 'partitioned';
  /** Whether one fault strikes at a time, so that what one of them leaves whole is known. Default false. */
  readonly isAlone?: boolean;
}

/**
 * Everything that a run needs, on 127.0.0.1: PostgreSQL, a proxy in front of it, which is all that the apps know, apps
 * that work through it, and the issuer's API.
 */
export class Stage {
  readonly #random: Random;
  readonly recorder: Recorder;
  readonly proxy: FaultProxy;
  readonly #options: StageOptions;
  readonly #secret: string;
  #database: PostgresServer;
  #apps: AppProcess[] = [];
  #pooler: PgBouncer | undefined;
  #issuer: AppProcess | undefined;
  #issuerPort = 0;
  #started = 0;

  private constructor(options: StageOptions, database: PostgresServer, proxy: FaultProxy) {
    this.#options = options;
    this.#database = database;
    this.proxy = proxy;
    this.#random = seededRandom(options.seed);
    this.#secret = randomText(64, this.#random);
    this.recorder = new Recorder(join(options.folder, 'stage.jsonl'));
  }

  static async open(options: StageOptions): Promise<Stage> {
    mkdirSync(options.folder);
    const database = await startPostgres({ durable: true });
    const proxy = await createFaultProxy({
      target: addressOf(database.url),
      random: seededRandom(options.seed + 1),
      faults: { pass: 1 },
      maxDelayMs: MAX_DELAY_MS,
    });
    const stage = new Stage(options, database, proxy);
    await stage.#prepareDatabase();
    if (pgbouncer !== undefined) {
      stage.#pooler = await startPgBouncer(pgbouncer, stage.#proxiedUrl, {
        poolMode: 'transaction',
        settings: POOLER,
      });
    }
    stage.#issuerPort = await freePort();
    stage.#issuer = await stage.#startIssuer();
    for (let count = 0; count < APPS; count++) await stage.startApp();
    return stage;
  }

  get database(): PostgresServer {
    return this.#database;
  }

  get apps(): readonly AppProcess[] {
    return this.#apps;
  }

  /** Past the proxy. To be destroyed by who asked for it. */
  openKnex(): Knex {
    return createPool({ databaseUrl: this.#database.url, poolSize: 4, timeoutMs: 60_000 });
  }

  /** The proxy leads to this server from now on. */
  moveTo(database: PostgresServer): void {
    this.#database = database;
    this.proxy.setTarget(addressOf(database.url));
    this.proxy.cut();
  }

  /** Three in ten are wrong about the time by up to two hours; where there is a pooler, every third goes through it. */
  async startApp(): Promise<void> {
    this.#started += 1;
    const { seed, folder } = this.#options;
    const random = this.#random;
    const clockMs = random() < 0.3 ? Math.round((random() * 4 - 2) * HOUR_MS) : 0;
    const pooler = this.#started % APPS === 0 ? this.#pooler : undefined;
    const app = await AppProcess.start(
      'worker.ts',
      {
        name: `app${this.#started}`,
        folder,
        databaseUrl: pooler?.url ?? this.#proxiedUrl,
        seed: seed + 1_000 * this.#started,
        actors: ACTORS,
        users: Array.from({ length: USERS }, (_, index) => String(index + 1)),
        issuer: { url: `http://127.0.0.1:${this.#issuerPort}/api/cross-app`, secret: this.#secret },
        poolSize: POOL_SIZE,
        timeoutMs: TIMEOUT_MS,
        prepare: pooler === undefined,
      },
      clockMs,
    );
    app.onToken((made) => {
      for (const other of this.#apps) if (other !== app) other.send(made);
    });
    this.#apps.push(app);
  }

  /**
   * Does what nobody is to notice, but for the app that it is done to: the history says that nothing was wrong meanwhile,
   * where nothing else can be.
   */
  async unnoticed(work: () => Promise<unknown>, except?: AppProcess): Promise<void> {
    const from = now();
    await work();
    if (this.#options.isAlone === true)
      this.recorder.write({ kind: 'healthy', from, to: now(), except: except?.name });
  }

  pickApp(random: Random): AppProcess {
    return pickOne(this.#apps, random);
  }

  async replaceApp(app: AppProcess): Promise<void> {
    this.#apps = this.#apps.filter((other) => other !== app);
    await app.kill();
    this.recorder.write({ kind: 'killed', process: app.name });
    await this.startApp();
  }

  async replaceIssuer(): Promise<void> {
    await this.#issuer?.kill();
    this.#issuer = await this.#startIssuer();
  }

  /** One process ends what it has begun, and another one takes its place. */
  async reloadIssuer(): Promise<void> {
    await this.#issuer?.stop();
    this.#issuer = await this.#startIssuer();
  }

  async pauseIssuer(ms: number): Promise<void> {
    await this.#issuer?.pause(ms);
  }

  /** The apps end what they have begun, and nobody begins anything more. */
  async endApps(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.end()));
    this.#apps = [];
    await this.#issuer?.kill();
  }

  async close(): Promise<void> {
    await Promise.all(this.#apps.map((app) => app.kill()));
    await this.#issuer?.kill();
    await this.#pooler?.stop();
    this.recorder.close();
    await this.proxy.close();
    await this.#database.stop();
  }

  get #proxiedUrl(): string {
    const url = new URL(this.#database.url);
    url.port = String(this.proxy.port);
    return url.href;
  }

  #startIssuer(): Promise<AppProcess> {
    return AppProcess.start('issuer.ts', {
      databaseUrl: this.#proxiedUrl,
      port: this.#issuerPort,
      secret: this.#secret,
      timeoutMs: TIMEOUT_MS,
      noticeMs: 200,
    });
  }

  async #prepareDatabase(): Promise<void> {
    const knex = this.openKnex();
    try {
      await knex.raw(`
        CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, name text);
        CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL, slug text);
        INSERT INTO users SELECT n, 'user' || n || '@example.com', 'User ' || n FROM generate_series(1, ${USERS}) n`);
      await migrate(knex, { layout: this.#options.layout });
    } finally {
      await knex.destroy();
    }
  }
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
