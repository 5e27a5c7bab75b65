import { join } from 'node:path';
import ts from 'typescript';
import { readText, ROOT } from './documents.js';

// Heading of the page, and the exported type whose keys it lists.
const TYPES = {
  createCrossAppSessions: ['core', 'CrossAppSessionsOptions'],
  GatherOptions: ['core', 'GatherOptions'],
  SchemaOptions: ['core', 'SchemaOptions'],
  createAccountHooks: ['core', 'AccountHooksOptions'],
  createAppRegistry: ['core', 'AppRegistryOptions'],
  createAuditLog: ['core', 'AuditLogOptions'],
  createRevocationList: ['core', 'RevocationListOptions'],
  scheduleMaintenance: ['core', 'ScheduleOptions'],
  crossAppSignIn: ['express', 'CrossAppSignInOptions'],
  SignInSource: ['express', 'SignInSource'],
  crossAppAuth: ['express', 'CrossAppAuthOptions'],
  crossAppGuard: ['express', 'CrossAppGuardOptions'],
  crossAppBackChannel: ['express', 'CrossAppBackChannelOptions'],
  createMemoryRevocations: ['express', 'MemoryRevocationsOptions'],
  createRevocationSender: ['express', 'RevocationSenderOptions'],
  crossAppIssuer: ['express', 'CrossAppIssuerOptions'],
  IssuerApp: ['express', 'IssuerApp'],
  IssuerLimits: ['express', 'IssuerLimits'],
  AuthorizeOptions: ['express', 'AuthorizeOptions'],
  PageOptions: ['express', 'PageOptions'],
  sendHandoffForm: ['express', 'HandoffFormOptions'],
  createCrossAppClient: ['sdk', 'CrossAppClientOptions'],
  createHandoffLauncher: ['sdk', 'HandoffLauncherOptions'],
} as const;

interface Option {
  readonly name: string;
  readonly isRequired: boolean;
}

const sections = new Map(
  readText('docs/configuration.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section]),
);

function documented(heading: string): Option[] {
  const rows = [...(sections.get(heading) ?? '').matchAll(/^\| `(\w+)` +\| [^|]+ \| +([^|]+?) +\|/gm)];
  return rows.map(([, name = '', byDefault]) => ({ name, isRequired: byDefault === 'required' }));
}

let checker: ts.TypeChecker;
let program: ts.Program;
const indexOf = (name: string): string => join(ROOT, `packages/${name}/src/index.ts`);
beforeAll(() => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  program = ts.createProgram(['core', 'express', 'sdk'].map(indexOf), { ...options, types: ['node'] });
  checker = program.getTypeChecker();
}, 120_000);

function exportsOf(packageName: string): ts.Symbol[] {
  const source = program.getSourceFile(indexOf(packageName));
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (symbol === undefined) throw new TypeError(`packages/${packageName} has no index`);
  return checker.getExportsOfModule(symbol);
}

function optionsOf(packageName: string, typeName: string): Option[] {
  const found = exportsOf(packageName).find(({ name }) => name === typeName);
  if (found === undefined) throw new TypeError(`@cross-app/${packageName} exports no ${typeName}`);
  const target = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  return checker
    .getDeclaredTypeOfSymbol(target)
    .getProperties()
    .map((property) => ({
      name: property.name,
      isRequired: (property.flags & ts.SymbolFlags.Optional) === 0,
    }));
}

const byName = (one: Option, other: Option): number => one.name.localeCompare(other.name);

describe('docs/configuration.md', () => {
  it.each(Object.entries(TYPES))(
    'lists every option of %s, and which are required',
    (heading, [from, type]) => {
      expect(documented(heading).sort(byName)).toEqual(optionsOf(from, type).sort(byName));
    },
  );

  it('has a section for the options of every function of express and sdk, and of none besides', () => {
    const isOptions = /^(?:CrossApp\w*|\w*Launcher|\w*Form|\w*Sender|\w*Revocations|Authorize|Page)Options$/;
    const exported = ['express', 'sdk'].flatMap(exportsOf).filter(({ name }) => isOptions.test(name));
    const known = Object.values(TYPES).map(([, type]) => type as string);
    expect(exported.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
    expect([...sections.keys()].filter((heading) => !(heading in TYPES))).toEqual(['Environment']);
  });
});
