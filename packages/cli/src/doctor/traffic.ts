import type { MaintainedTables } from '@cross-app/core';
import type { Knex } from 'knex';
import { ask } from './ask.js';
import { ok, warn } from './check.js';
import type { Check } from './check.js';

// Fewer people than this can well sit in one office, or be one developer.
const MIN_PEOPLE = 5;
// Where addresses are internal ones, as many people as this to an address are behind a proxy, not in a network.
const PEOPLE_PER_ADDRESS = 3;

interface Addresses {
  readonly handoffs: string;
  readonly people: string;
  readonly addresses: string;
  readonly internal: string;
  readonly example: string | null;
}

/** The handoffs of the last days, by the index on created_at; what has been archived is not recent. */
const RECENT = (sessions: string): string => `
  SELECT user_id, ip_address, source_app, target_app FROM ${sessions}
  WHERE created_at > now() - interval '7 days' ORDER BY created_at DESC LIMIT 1000`;

// Loopback, private (RFC 1918, RFC 4193), link-local, and what providers use inside (RFC 6598).
const INTERNAL =
  "'{127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,100.64.0.0/10,::1/128,fc00::/7,fe80::/10}'::inet[]";

/**
 * An Express app behind a proxy that does not set `trust proxy` takes the proxy for every caller: then recent
 * handoffs of many people come from one address, or from a few internal ones.
 */
export async function checkTrustProxy(knex: Knex, { sessions }: MaintainedTables): Promise<Check> {
  const name = 'trust-proxy';
  const [found] = await ask<Addresses>(
    knex,
    `WITH recent AS (${RECENT(sessions)})
     SELECT count(*) AS handoffs, count(DISTINCT user_id) AS people, count(DISTINCT ip_address) AS addresses,
            count(DISTINCT ip_address) FILTER (WHERE ip_address <<= ANY (${INTERNAL})) AS internal,
            host(min(ip_address)) AS example
     FROM recent WHERE ip_address IS NOT NULL`,
  );
  const [handoffs, people, addresses, internal] = [
    Number(found?.handoffs),
    Number(found?.people),
    Number(found?.addresses),
    Number(found?.internal),
  ];
  if (people < MIN_PEOPLE) return ok(name, 'too few recent handoffs with an address to tell by');
  const isInternal = internal === addresses && people >= addresses * PEOPLE_PER_ADDRESS;
  if (addresses > 1 && !isInternal) {
    return ok(name, `${people} people came from ${addresses} addresses`);
  }
  const from = addresses === 1 ? `one address, ${found?.example ?? ''}` : `${addresses} internal addresses`;
  return warn(
    name,
    `the ${handoffs} latest handoffs of ${people} people all come from ${from}: that is a proxy, and each audit and limit by address is worth nothing`,
    "Set app.set('trust proxy', 1) in the source app, or however many proxies are in front; give issue the person's address where a backend calls it. In one office or network it may be right.",
  );
}

/** Whether recent handoffs name the app by the id that it has. */
export async function checkAppId(knex: Knex, { sessions }: MaintainedTables, appId: string): Promise<Check> {
  const name = 'app-id';
  const rows = await ask<{ app: string; isSame: boolean }>(
    knex,
    `WITH recent AS (${RECENT(sessions)})
     SELECT app, app = ? AS "isSame"
     FROM (SELECT target_app AS app FROM recent UNION ALL SELECT source_app FROM recent) named
     GROUP BY app ORDER BY count(*) DESC, app LIMIT 20`,
    [appId],
  );
  if (rows.length === 0) return ok(name, 'no recent handoffs to tell by');
  if (rows.some(({ isSame }) => isSame)) return ok(name, `recent handoffs name ${appId}`);
  const apps = rows.map(({ app }) => app);
  const [alike] = apps.filter((app) => simplify(app) === simplify(appId));
  return warn(
    name,
    `no recent handoff is from or for ${appId}; they name ${apps.join(', ')}`,
    alike === undefined
      ? 'Give both apps the same id for each other: appId and targetApp are compared letter by letter.'
      : `Write ${alike} or ${appId} in both apps: ids are compared letter by letter.`,
  );
}

const simplify = (appId: string): string => appId.toLowerCase().replace(/[^a-z0-9]/g, '');
