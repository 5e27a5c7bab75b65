import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownFiles, readText } from './documents.js';

const FOLDER = join(__dirname, '../generated/examples');

// What the examples take as given: the reader's own app, its knex, its hooks.
const GIVEN = `
import 'express-session';
import type { Express } from 'express';
import type { Knex } from 'knex';
import type { CrossAppSessions } from '@cross-app/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CrossAppIssuerOptions, CrossAppSignInOptions, SignInRecord } from '@cross-app/express';

declare module 'express-session' {
  interface SessionData { userId: string }
}
declare global {
  const app: Express;
  const knex: Knex;
  const sessions: CrossAppSessions;
  const token: string;
  const secret: string;
  const secrets: readonly string[];
  const authenticate: CrossAppIssuerOptions['authenticate'];
  const options: Omit<CrossAppSignInOptions, 'onSignIn' | 'readEventData'>;
  const onSignIn: () => void;
  const findMember: (credential: string | undefined) => { tuvensId: string; name: string } | null;
  const store: {
    read(req: IncomingMessage): { crossApp: SignInRecord } | null;
    begin(res: ServerResponse, id: string, data: { crossApp: SignInRecord }): Promise<boolean>;
    save(req: IncomingMessage): Promise<void>;
    end(req: IncomingMessage): Promise<void>;
  };
  const canUseAccount: CrossAppIssuerOptions['canUseAccount'];
}
export {};
`;

const IMPORTS: Readonly<Record<string, string>> = {
  createCrossAppClient: '@cross-app/sdk',
  createMigrationSource: '@cross-app/core',
  crossAppIssuer: '@cross-app/express',
};

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The TypeScript examples of all documents, and of the doc comments of all packages. */
function examples(): Example[] {
  return markdownFiles().flatMap((file) =>
    [...readText(file).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ''], index) => ({
      name: `${file} ${index + 1}`.replace(/\W+/g, '-'),
      code,
    })),
  );
}

/** A file that compiles on its own: what it uses without importing it is imported. */
function complete({ code }: Example): string {
  const missing = Object.entries(IMPORTS).filter(
    ([name]) => code.includes(name) && !new RegExp(`import [^;]*\\b${name}\\b`).test(code),
  );
  return [...missing.map(([name, from]) => `import { ${name} } from '${from}';`), code, 'export {};'].join(
    '\n',
  );
}

afterAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
});

it('the TypeScript examples of the documents compile', () => {
  expect(examples().length).toBeGreaterThan(6);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'given.ts'), GIVEN);
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../../../tsconfig.base.json',
      compilerOptions: { types: ['node'], noUnusedLocals: false },
      include: ['.'],
    }),
  );
  for (const example of examples()) writeFileSync(join(FOLDER, `${example.name}.ts`), complete(example));
  const output = (): string =>
    execFileSync(join(__dirname, '../node_modules/.bin/tsc'), ['-p', FOLDER, '--pretty', 'false'], {
      encoding: 'utf8',
    });
  expect(explain(output)).toBe('');
});

function explain(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
