import type { Command } from 'commander';
import { parseAppId } from '../app-id.js';
import { checkLines } from '../check-lines.js';
import { addDatabaseUrlOption } from '../database-url.js';
import { worst } from '../doctor/check.js';
import { readConfiguration } from '../doctor/configuration.js';
import type { DoctorFlags } from '../doctor/configuration.js';
import { examine } from '../doctor/examine.js';
import { Verdict } from '../failure.js';
import { addSessionsTableOption } from '../sessions-table.js';
import type { Terminal } from '../terminal.js';

const EXAMPLES = `
It reads DATABASE_URL, CROSS_APP_SHARED_SECRET, HI_EVENTS_SHARED_SECRET, HI_EVENTS_DOMAIN, CROSS_APP_TOKEN_EXPIRY
and NODE_ENV: run it where an app runs, with what that app has. It changes nothing, and prints no secret.

Examples:
  cross-app doctor
    ok    environment         NODE_ENV is production
    warn  token-expiry        tokens live 900 seconds, and OWASP ASVS 5.0 (10.4.3) allows 600 for a code
                              Set CROSS_APP_TOKEN_EXPIRY to 60: a redirect takes seconds.
    …
    0 failed, 1 warning, 17 ok
  cross-app doctor --issuer-url https://tuvens.com/api/cross-app
                                                       also asks the issuer to redeem a token that nobody issued
  cross-app doctor --app-id hi-events                  also looks whether recent handoffs name this app
  cross-app doctor --json                              {"status":"warn","checks":[{"name":"environment",…},…]}
  cross-app doctor --json | jq -r '.checks[] | select(.status != "ok") | .name'

Exit codes of doctor:
  0    all is well
  1    there are warnings
  2    something is broken, or wrong usage`;

/** `cross-app doctor` */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .description('Find what goes wrong in practice, in the configuration and the database. Changes nothing.');
  addSessionsTableOption(addDatabaseUrlOption(command))
    .option(
      '--issuer-url <url>',
      "where the source app's crossAppIssuer is mounted, to try it and the shared secret",
    )
    .option(
      '--app-id <id>',
      'the id of an app, such as hi-events, to look for in recent handoffs',
      parseAppId,
    )
    .option('--json', 'print one object instead of lines')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: DoctorFlags) => {
      const checks = await examine(readConfiguration(flags, terminal));
      const status = worst(checks);
      const text = flags.json ? `${JSON.stringify({ status, checks })}\n` : checkLines(checks);
      terminal.writeOut(text);
      if (status !== 'ok') throw new Verdict(status === 'warn' ? 1 : 2);
    });
}
