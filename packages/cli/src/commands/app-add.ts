import { addApp } from '@cross-app/core';
import type { NewAppOptions } from '@cross-app/core';
import { isAppId, isOrigin, isRedirectUri } from '@cross-app/protocol';
import type { Command } from 'commander';
import { addAppIdArgument, addAppOptions, APP_ADVICE, collect } from '../app-options.js';
import type { AppFlags } from '../app-options.js';
import { readDatabaseUrl } from '../database-url.js';
import { withDatabase } from '../database.js';
import { given } from '../given.js';
import type { Terminal } from '../terminal.js';
import { parseWholeNumber } from '../whole-number.js';

interface AddFlags extends AppFlags {
  readonly redirectUri?: readonly string[];
  readonly origin?: readonly string[];
  readonly target?: readonly string[];
  readonly validatePerMinute?: number;
  readonly accountsPerMinute?: number;
  readonly permissionPerMinute?: number;
  readonly secret: boolean;
}

const EXAMPLES = `
The secret is all that the standard output gets, and it is shown this once: the database has its hash only. An issuer
that was given createAppRegistry knows the app within its reloadAppsSeconds, 30 unless it says otherwise.

Examples:
  cross-app app add hi-events --redirect-uri https://hi.events/auth/cross-app
  cross-app app add hi-events | vault kv put secret/hi-events cross_app=-
  cross-app app add tickets --origin https://tickets.example --validate-per-minute 500
  cross-app app add tuvens --no-secret --target hi-events --target tickets
                                                       the source app itself, and whom it may hand over to
  cross-app app add hi-events --json                   {"appId":"hi-events","secretId":"3f9a01bc","secret":"…"}`;

/** `cross-app app add` */
export function addAppAddCommand(parent: Command, terminal: Terminal): void {
  const perMinute = parseWholeNumber(1, 1_000_000);
  const command = addAppIdArgument(parent.command('add'))
    .description('Register an app, and print its secret.')
    .option(
      '--redirect-uri <url>',
      'where handoffs to it may land, exactly; may be given again and again',
      collect(
        isRedirectUri,
        'a URL as a browser writes it: https (http on loopback only), no fragment, no *',
      ),
    )
    .option(
      '--origin <origin>',
      'pages of it that may call, such as https://hi.events; may be given again and again',
      collect(isOrigin, 'an origin as browsers send it: https (http on loopback only), no path, no slash'),
    )
    .option(
      '--target <app>',
      'whom it may hand over to, as a source app (default: every other app); may be given again and again',
      collect(isAppId, '1 to 50 printable ASCII characters without blanks'),
    )
    .option('--validate-per-minute <calls>', "its own limit (default: the issuer's)", perMinute)
    .option('--accounts-per-minute <calls>', 'likewise', perMinute)
    .option('--permission-per-minute <calls>', 'likewise', perMinute)
    .option('--no-secret', 'for an app that never calls, such as the source app itself');
  addAppOptions(command, 'print an object instead of the secret alone')
    .addHelpText('after', EXAMPLES)
    .action(async (appId: string, flags: AddFlags) => {
      const url = readDatabaseUrl(flags, terminal);
      const made = await withDatabase(url, APP_ADVICE, (knex) => addApp(knex, appId, toOptions(flags)));
      const { secretId, secret } = made ?? { secretId: null, secret: null };
      if (flags.json) terminal.writeOut(`${JSON.stringify({ appId, secretId, secret })}\n`);
      else if (secret !== null) terminal.writeOut(`${secret}\n`);
      const shown = secretId === null ? '' : `; its secret ${secretId} is shown this once`;
      terminal.writeError(`registered ${appId}${shown}\n`);
    });
}

function toOptions(flags: AddFlags): NewAppOptions {
  const { sessionsTable, redirectUri, origin, target, secret } = flags;
  const { validatePerMinute, accountsPerMinute, permissionPerMinute } = flags;
  return {
    ...given({ sessionsTable, redirectUris: redirectUri, origins: origin, targets: target }),
    limits: given({ validatePerMinute, accountsPerMinute, permissionPerMinute }),
    withSecret: secret,
  };
}
