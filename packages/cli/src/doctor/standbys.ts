import { fail, ok, warn } from './check.js';
import type { Check } from './check.js';
import type { ServerFacts } from './server-facts.js';

/** Whether a commit gets the answer from a standby that the server is told to wait for. */
export function checkStandbys({ isInRecovery, settings, standbys }: ServerFacts): Check[] {
  // Only a primary waits.
  if (isInRecovery) return [];
  const name = 'standbys';
  const { connected, synchronous } = standbys;
  const needed = countNeeded(settings.synchronous_standby_names.value);
  if (needed === 0) return [ok(name, `no commit waits for a standby; ${connected} connected`)];
  if (connected >= needed && synchronous === null) {
    return [
      warn(
        name,
        `commits wait for ${describe(needed)}, and this role may not see whether those that are connected (${connected}) are`,
        'GRANT pg_monitor to this role, or ask with another one.',
      ),
    ];
  }
  const present = synchronous ?? 0;
  return present >= needed
    ? [ok(name, `commits wait for ${describe(needed)}; ${present} connected`)]
    : [
        fail(
          name,
          `commits wait for ${describe(needed)} by synchronous_standby_names, and ${present} ${present === 1 ? 'is' : 'are'} connected: every issue and redeem hangs`,
          "Start the standby, with the application_name that is listed. Without one, ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf(); and a failover can then bring used tokens back.",
        ),
      ];
}

/** `s1, s2` waits for one, `2 (s1, s2, s3)`, `FIRST 2 (…)` and `ANY 2 (…)` for two. */
function countNeeded(names: string): number {
  if (names.trim() === '') return 0;
  const count = /^\s*(?:FIRST\s+|ANY\s+)?(\d+)\s*\(/i.exec(names)?.[1];
  return count === undefined ? 1 : Number(count);
}

function describe(count: number): string {
  return count === 1 ? 'one synchronous standby' : `${count} synchronous standbys`;
}
