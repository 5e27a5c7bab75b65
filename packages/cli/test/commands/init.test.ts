import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { migrate } from '@cross-app/core';
import { createBrowser } from '@cross-app/testing';
import { createTestDatabase } from '@cross-app/test-database';
import type { TestDatabase } from '@cross-app/test-database';
import express from 'express';
import type { Express, Request } from 'express';
import session from 'express-session';
import knexFactory from 'knex';
import type { Knex } from 'knex';
import { crossApp } from '../cross-app.js';

// Beside this file, so that what init writes finds the packages.
let project: string;
beforeEach(() => {
  project = mkdtempSync(join(__dirname, '.project-'));
});
afterEach(() => {
  rmSync(project, { recursive: true });
});

const nodeChecks = (name: string): Buffer =>
  execFileSync(process.execPath, ['--check', join(project, name)], { stdio: 'pipe' });

type Language = 'TypeScript' | 'ESM' | 'CommonJS';

function makeProject(language: Language, more: object = {}): void {
  const type = language === 'CommonJS' ? 'commonjs' : 'module';
  const dependencies = { express: '5', ...more };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type, dependencies }));
  if (language === 'TypeScript')
    cpSync(join(__dirname, '../../tsconfig.json'), join(project, 'tsconfig.json'));
}

const init = (...args: string[]): ReturnType<typeof crossApp> =>
  crossApp(['init', ...args, '--directory', project]);
const files = (): string[] =>
  (readdirSync(project, { recursive: true }) as string[])
    .filter((name) => !['package.json', 'tsconfig.json', 'migrations', 'seeds'].includes(name))
    .sort();

describe('cross-app init', () => {
  it.each([
    ['TypeScript', 'ts'],
    ['ESM', 'js'],
    ['CommonJS', 'js'],
  ] as const)(
    'writes an example and a knexfile in %s, and says what is left to do',
    async (language, ending) => {
      makeProject(language);
      const { exitCode, out, error } = await init('source');
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      expect(files()).toEqual([
        `cross-app-source.${ending}`,
        `knexfile.${ending}`,
        'migrations/.gitkeep',
        'seeds/.gitkeep',
      ]);
      expect(out).toContain(`wrote cross-app-source.${ending}\nwrote knexfile.${ending}\n`);
      expect(out).toContain('1. npm install @cross-app/core @cross-app/express knex objection pg\n');
      expect(out).toContain('addHandoff(app, knex, (req) => req.session.userId);');
    },
  );

  it('puts the example where the code is, and leaves a knexfile alone', async () => {
    makeProject('CommonJS', { knex: '3', pg: '8' });
    mkdirSync(join(project, 'src'));
    writeFileSync(join(project, 'knexfile.js'), 'module.exports = {};');
    const { out } = await init('target', '--json');
    const { next, ...report } = JSON.parse(out);
    expect(report).toEqual({ written: ['src/cross-app-target.js'], kept: [], dryRun: false });
    expect(next[0]).toBe('npm install @cross-app/core @cross-app/express objection');
    expect(next[1]).toContain('in knexfile.js');
    expect(readFileSync(join(project, 'knexfile.js'), 'utf8')).toBe('module.exports = {};');
  });

  it('never overwrites, and with --dry-run writes nothing', async () => {
    makeProject('CommonJS');
    expect((await init('source', '--dry-run')).out).toContain('would write cross-app-source.js\n');
    expect(files()).toEqual([]);
    writeFileSync(join(project, 'cross-app-source.js'), '// mine');
    expect((await init('source')).out).toContain('kept cross-app-source.js, which was there\n');
    expect(readFileSync(join(project, 'cross-app-source.js'), 'utf8')).toBe('// mine');
    expect(JSON.parse((await init('source', '--json')).out)).toMatchObject({ written: [] });
  });

  it('refuses a folder without an Express app, and an app id that is none', async () => {
    expect(await init('source')).toMatchObject({
      exitCode: 2,
      error: expect.stringContaining('name the folder of your Express app with --directory'),
    });
    writeFileSync(join(project, 'package.json'), '{}');
    expect(await init('source')).toMatchObject({
      exitCode: 2,
      error: expect.stringContaining('does not have express among its dependencies'),
    });
    makeProject('ESM');
    expect((await init('source', '--source-app', "it's\nmine")).exitCode).toBe(2);
    expect((await init('middle')).exitCode).toBe(2);
    expect(files()).toEqual([]);
  });

  it('quotes an app id that has quotes', async () => {
    makeProject('ESM');
    await init('source', '--source-app', "*/o'brien`${1}\\");
    expect(() => nodeChecks('cross-app-source.js')).not.toThrow();
  });
});

describe('what it writes', () => {
  let database: TestDatabase;
  let knex: Knex;
  beforeAll(async () => {
    database = await createTestDatabase();
    knex = knexFactory({ client: 'pg', connection: database.url });
    await migrate(knex, { withUserTables: true });
    await knex('users').insert({ id: 11, email: 'ada@example.com', name: 'Ada' });
  });
  afterAll(async () => {
    await knex.destroy();
    await database.close();
  });

  interface Written {
    readonly addHandoff: (app: Express, knex: Knex, userIdOf: (req: Request) => number) => void;
    readonly addArrival: (app: Express, knex: Knex, signIn: (req: Request, userId: string) => void) => void;
  }

  /** An app whose only user is signed in, and one where nobody is. */
  async function startApps(): Promise<{ tuvens: string; hiEvents: string; stop: () => void }> {
    const apps = [express(), express()] as const;
    const servers = apps.map((app) => app.listen(0, 'localhost'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const [tuvens = '', hiEvents = ''] = servers.map(
      (server) => `http://localhost:${(server.address() as AddressInfo).port}`,
    );
    process.env['LANDING_URL'] = `${hiEvents}/auth/cross-app`;
    process.env['SOURCE_ORIGIN'] = tuvens;
    await init('source');
    await init('target');
    const { addHandoff } = (await import(join(project, 'cross-app-source'))) as Written;
    const { addArrival } = (await import(join(project, 'cross-app-target'))) as Written;
    apps[0].get('/', (_req, res) => {
      res.send('<form method="post" action="/handoff"><button>Go</button></form>');
    });
    addHandoff(apps[0], knex, () => 11);
    apps[1].use(session({ secret: 'a secret', resave: false, saveUninitialized: false }));
    addArrival(apps[1], knex, (req, userId) => {
      Object.assign(req.session, { userId });
    });
    apps[1].get('/', (req, res) => {
      res.send(`user ${(req.session as { userId?: string }).userId ?? 'nobody'}`);
    });
    return {
      ...{ tuvens, hiEvents },
      stop: () => {
        for (const server of servers) server.close();
      },
    };
  }

  it.each(['CommonJS', 'TypeScript'] as const)('signs in once, in %s', async (language) => {
    makeProject(language);
    const { tuvens, hiEvents, stop } = await startApps();
    const ada = createBrowser();
    await ada.open(tuvens);
    const handoff = await ada.submit();
    const thief = createBrowser();
    thief.show(`${tuvens}/handoff`, handoff.html, handoff.headers);
    for (const browser of [ada, thief]) {
      // The page of the source app, and the one with which the target app asks itself.
      for (let pressed = 0; pressed < 2 && browser.page.forms.length > 0; pressed++) await browser.submit();
    }
    expect((await ada.open(hiEvents)).html).toBe('user 11');
    expect(thief.page.status).toBe(401);
    expect((await thief.open(hiEvents)).html).toBe('user nobody');
    stop();
  });

  it('is right for the strictest compiler, and for node as a module', async () => {
    makeProject('TypeScript');
    await init('source');
    await init('target');
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../../../tsconfig.base.json',
        compilerOptions: { noEmit: true, types: ['node'] },
        include: ['*.ts'],
      }),
    );
    const tsc = join(__dirname, '../../node_modules/.bin/tsc');
    expect(execFileSync(tsc, ['-p', project], { encoding: 'utf8' })).toBe('');
    rmSync(project, { recursive: true });
    mkdirSync(project);
    makeProject('ESM');
    await init('source');
    await init('target');
    for (const name of ['cross-app-source.js', 'cross-app-target.js', 'knexfile.js']) {
      expect(() => nodeChecks(name)).not.toThrow();
    }
  });
});
