import { posix } from 'node:path';
import type { Project } from './project.js';
import { knexfile, KNEXFILE_ENTRY, sourceExample, targetExample } from './templates.js';
import type { Pair } from './templates.js';

export type Role = 'source' | 'target';

/** A file to be written, as seen from the project's directory. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
}

const EXTENSIONS = { TypeScript: 'ts', ESM: 'js', CommonJS: 'js' } as const;
const OURS = ['@cross-app/core', '@cross-app/express'];
const PEERS = ['knex', 'objection', 'pg'];

/** The files that a project of this kind needs for its role. */
export function planFiles(project: Project, role: Role, pair: Pair): readonly PlannedFile[] {
  const { language, sources } = project;
  const example = role === 'source' ? sourceExample : targetExample;
  const extension = EXTENSIONS[language];
  const files = [
    { path: posix.join(sources, `cross-app-${role}.${extension}`), text: example(language, pair) },
  ];
  if (project.knexfile !== null) return files;
  const folders = ['migrations', 'seeds'].map((folder) => ({ path: `${folder}/.gitkeep`, text: '' }));
  return [...files, { path: `knexfile.${extension}`, text: knexfile(language) }, ...folders];
}

/** What is left for people to do, one step a text. */
export function nextSteps(project: Project, role: Role): readonly string[] {
  const missing = [...OURS, ...PEERS].filter((name) => !project.packages.has(name));
  const call =
    role === 'source'
      ? 'addHandoff(app, knex, (req) => req.session.userId);'
      : 'addArrival(app, knex, (req, userId) => { req.session.userId = userId; });';
  return [
    ...(missing.length === 0 ? [] : [`npm install ${missing.join(' ')}`]),
    ...(project.knexfile === null
      ? []
      : [
          `in ${project.knexfile}, with migrationsDirectory and seedsDirectory of @cross-app/core:\n  ${KNEXFILE_ENTRY}`,
        ]),
    'npx knex migrate:latest',
    `behind your session middleware:\n  ${call}`,
  ];
}
