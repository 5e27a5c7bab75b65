import { createCrossAppSessions } from '@cross-app/core';
import type { DatabaseSessions } from '@cross-app/core';
import { Inject, Module } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import knexFactory from 'knex';
import type { Knex } from 'knex';

const KNEX = Symbol('knex');

/** What redeems: `@Inject(SESSIONS)` wherever your own providers need it. */
export const SESSIONS: unique symbol = Symbol('cross-app sessions');

@Module({
  providers: [
    {
      provide: KNEX,
      useFactory: (): Knex => knexFactory({ client: 'pg', connection: process.env['DATABASE_URL'] ?? '' }),
    },
    {
      provide: SESSIONS,
      inject: [KNEX],
      useFactory: (knex: Knex): DatabaseSessions => createCrossAppSessions({ knex, appId: 'hi-events' }),
    },
  ],
  exports: [SESSIONS],
})
export class HandoffsModule implements OnApplicationShutdown {
  readonly #knex: Knex;

  constructor(@Inject(KNEX) knex: Knex) {
    this.#knex = knex;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#knex.destroy();
  }
}
