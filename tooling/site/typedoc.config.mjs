// The site: README, docs/ and decisions as pages, and the API reference from the doc comments. What is not documented,
// or links to nothing, fails the build.
import { fileURLToPath } from 'node:url';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const PACKAGES = ['protocol', 'core', 'express', 'sdk', 'testing'];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'cross-app',
  tsconfig: root('tooling/site/tsconfig.api.json'),
  entryPoints: [
    ...PACKAGES.map((name) => root(`packages/${name}/src/index.ts`)),
    root('packages/protocol/src/conformance.ts'),
  ],
  readme: root('README.md'),
  projectDocuments: ['docs/*.md', 'docs/decisions/*.md'].map(root),
  out: root('tooling/site/dist'),
  customCss: root('tooling/site/phone.css'),
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
  packagesRequiringDocumentation: PACKAGES.map((name) => `@cross-app/${name}`),
  requiredToBeDocumented: ['Enum', 'Variable', 'Function', 'Class', 'Interface', 'Method', 'TypeAlias'],
  treatWarningsAsErrors: true,
};
