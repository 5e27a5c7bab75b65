import type { Project } from './project.js';

/** Both apps of a handoff, by their ids. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** What each language says differently. */
interface Dialect {
  readonly load: (names: string, from: string) => string;
  /** What only a language with types has. */
  readonly types: (text: string) => string;
  readonly env: (name: string) => string;
  /** Before a function that others call, and at the end of the file. */
  readonly exported: (name: string) => readonly [before: string, end: string];
}

const ESM: Dialect = {
  load: (names, from) => `import { ${names} } from '${from}';`,
  types: () => '',
  env: (name) => `process.env.${name}`,
  exported: () => ['export ', ''],
};
const DIALECTS: Readonly<Record<Project['language'], Dialect>> = {
  ESM,
  TypeScript: { ...ESM, types: (text) => text, env: (name) => `process.env['${name}']` },
  CommonJS: {
    ...ESM,
    load: (names, from) => `const { ${names} } = require('${from}');`,
    exported: (name) => ['', `\nmodule.exports = { ${name} };\n`],
  },
};

/** The part of the app that people leave from. */
export function sourceExample(language: Project['language'], { source, target }: Pair): string {
  const { load, types, env, exported } = DIALECTS[language];
  const [before, end] = exported('addHandoff');
  return `${load('createCrossAppSessions', '@cross-app/core')}
${load('sendHandoffForm', '@cross-app/express')}
${types(`import type { Express, Request } from 'express';
import type { Knex } from 'knex';
`)}
// Where people arrive: the landingUrl of the other app.
const LANDING_URL = ${env('LANDING_URL')} ?? 'http://localhost:4000/auth/cross-app';

/**
 * Lets people go to the other app, where they arrive signed in. Call it behind your session middleware. \`userIdOf\`
 * says who is signed in: the id in your users table, or undefined.
 */
${before}function addHandoff(app${types(': Express')}, knex${types(': Knex')}, userIdOf${types(': (req: Request) => string | number | undefined')}) {
  const sessions = createCrossAppSessions({ knex, appId: ${quote(source)} });

  // A POST, so that no link or picture can begin it. Protect it from CSRF as you do your other forms.
  app.post('/handoff', async (req, res, next) => {
    try {
      const userId = userIdOf(req);
      if (userId === undefined) {
        res.redirect(303, '/');
        return;
      }
      const { token } = await sessions.issue({ userId, targetApp: ${quote(target)} });
      sendHandoffForm(res, { landingUrl: LANDING_URL, token, target: ${quote(target)} });
    } catch (error) {
      next(error);
    }
  });
}
${end}`;
}

/** The part of the app that people arrive at. */
export function targetExample(language: Project['language'], { source, target }: Pair): string {
  const { load, types, env, exported } = DIALECTS[language];
  const [before, end] = exported('addArrival');
  return `${load('createCrossAppSessions', '@cross-app/core')}
${load('crossAppSignIn', '@cross-app/express')}
${types(`import type { CrossAppRequest } from '@cross-app/express';
import type { Express } from 'express';
import type { Knex } from 'knex';
`)}
// The address of this route, as browsers see it, and where people come from.
const LANDING_URL = ${env('LANDING_URL')} ?? 'http://localhost:4000/auth/cross-app';
const SOURCE_ORIGIN = ${env('SOURCE_ORIGIN')} ?? 'http://localhost:3000';

/**
 * Lets people who come from the other app arrive signed in. Call it behind your session middleware (express-session, or
 * see the option \`session\`). \`signIn\` puts the user into the session, which is a new one with a new id.
 */
${before}function addArrival(app${types(': Express')}, knex${types(': Knex')}, signIn${types(': (req: CrossAppRequest, userId: string) => void | Promise<void>')}) {
  app.use(
    new URL(LANDING_URL).pathname,
    crossAppSignIn({
      sessions: createCrossAppSessions({ knex, appId: ${quote(target)} }),
      targetApp: ${quote(target)},
      landingUrl: LANDING_URL,
      source: { app: ${quote(source)}, origin: SOURCE_ORIGIN },
      onSignIn({ user }, req) {
        return signIn(req, user.id);
      },
    }),
  );
}
${end}`;
}

function quote(id: string): string {
  return `'${id.replace(/[\\']/g, '\\$&')}'`;
}

/** For a project that has no knexfile. \`knex migrate:latest\` and \`knex seed:run\` take ours before its own. */
export function knexfile(language: Project['language']): string {
  const { load, env } = DIALECTS[language];
  return `${load('migrationsDirectory, seedsDirectory', '@cross-app/core')}

${language === 'CommonJS' ? 'module.exports =' : 'export default'} {
  client: 'pg',
  connection: ${env('DATABASE_URL')},
  ${KNEXFILE_ENTRY}
};
`;
}

/** What a knexfile that is there already has to say. */
export const KNEXFILE_ENTRY = `migrations: { directory: [migrationsDirectory, './migrations'], sortDirsSeparately: true },
  seeds: { directory: [seedsDirectory, './seeds'] },`;
