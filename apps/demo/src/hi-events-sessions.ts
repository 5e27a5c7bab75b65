// How Hi.Events reaches what Tuvens knows: in the database that both share, or over HTTP.
import { createCrossAppSessions, createRevocationList } from '@cross-app/core';
import type { CrossAppSessions, DerivedSessions, RevocationSink } from '@cross-app/core';
import { createCrossAppClient } from '@cross-app/sdk';
import type { CrossAppClientOptions } from '@cross-app/sdk';
import type { Knex } from 'knex';
import type { Journal } from './what-happened/journal.js';
import { recordVerbs } from './what-happened/record-verbs.js';

/** Each is the sdk's default where it is undefined. */
export type ClientPatience = Pick<CrossAppClientOptions, 'timeoutMs' | 'tryTimeoutMs' | 'retries'>;

/** What it takes to reach it. */
export interface HiEventsSessionsOptions {
  readonly knex: Knex;
  /** `database` when it is shared with Tuvens, `http` when only Tuvens' API can be reached. */
  readonly redeem: 'database' | 'http';
  /** Where we reach Tuvens' API, mostly where browsers reach Tuvens. */
  readonly tuvensApiUrl: string;
  /** How long we wait for Tuvens' API, and how often we ask again. */
  readonly client: ClientPatience;
  /** By which we and Tuvens' API prove ourselves to each other. */
  readonly secret: string;
}

/** Moving out of the shared database changes this and nothing else. */
export interface HiEventsSessions {
  readonly sessions: Pick<CrossAppSessions, 'redeem' | 'inspect'>;
  /** Which sign-ins have ended since. */
  readonly revocations: DerivedSessions;
  /** Where Tuvens tells us of them; undefined where we see them in the database. */
  readonly told: RevocationSink | undefined;
}

/** Hi.Events' own list of what Tuvens has told it. */
export const REVOCATIONS_TABLE = 'hi_events_revocations';

export function chooseSessions(options: HiEventsSessionsOptions, journal: Journal): HiEventsSessions {
  return options.redeem === 'database' ? inDatabase(options, journal) : overHttp(options);
}

function inDatabase({ knex }: HiEventsSessionsOptions, journal: Journal): HiEventsSessions {
  const sessions = createCrossAppSessions({ knex, appId: 'hi-events' });
  return { sessions: recordVerbs(sessions, 'hi-events', journal), revocations: sessions, told: undefined };
}

// The table stands for a database of our own: nothing here reads what Tuvens has in its tables.
function overHttp({ knex, tuvensApiUrl, client, secret }: HiEventsSessionsOptions): HiEventsSessions {
  const baseUrl = `${tuvensApiUrl}/api/cross-app`;
  const sessions = createCrossAppClient({ ...client, baseUrl, appId: 'hi-events', secret });
  const list = createRevocationList({ knex, tables: { revocations: REVOCATIONS_TABLE } });
  return { sessions, revocations: list, told: list };
}
