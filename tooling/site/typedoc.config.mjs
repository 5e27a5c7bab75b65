// The site: README, docs/ and decisions as pages, and the API reference from the doc comments. What is not documented,
// or links to nothing, fails the build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = (path) => here(`../../${path}`);

// What a package exports, by the files that the compiler is given.
const { files } = JSON.parse(readFileSync(here('tsconfig.api.json'), 'utf8'));
const packages = [...new Set(files.map((file) => file.split('/packages/')[1].split('/')[0]))];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'cross-app',
  tsconfig: here('tsconfig.api.json'),
  entryPoints: files.map(here),
  readme: root('README.md'),
  projectDocuments: ['docs/*.md', 'docs/decisions/*.md'].map(root),
  out: here('dist'),
  customCss: here('phone.css'),
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  // Its links to an interface with a type parameter lead nowhere.
  includeHierarchySummary: false,
  searchInComments: true,
  searchInDocuments: true,
  highlightLanguages: [
    'console',
    'css',
    'html',
    'http',
    'ini',
    'javascript',
    'json',
    'nginx',
    'sh',
    'sql',
    'ts',
    'tsx',
    'yaml',
  ],
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  // Without its name here a package is not looked at. Properties may speak for themselves.
  packagesRequiringDocumentation: packages.map((name) => `@cross-app/${name}`),
  requiredToBeDocumented: ['Enum', 'Variable', 'Function', 'Class', 'Interface', 'Method', 'TypeAlias'],
  treatWarningsAsErrors: true,
};
