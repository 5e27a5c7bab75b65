import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './documents.js';

// What people's editors see: the declarations that are published, from each entry of the packages that have any.
const ENTRIES = [
  'protocol/dist/esm/index.d.ts',
  'protocol/dist/esm/conformance.d.ts',
  'core/dist/index.d.ts',
  'express/dist/index.d.ts',
  'sdk/dist/esm/index.d.ts',
  'testing/dist/index.d.ts',
].map((entry) => join(ROOT, 'packages', entry));

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  strict: true,
  types: ['node'],
  noEmit: true,
};

/** Every `any` in what can be reached from what the file exports, as `file:line text`. */
function findAny(program: ts.Program, entry: string): string[] {
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Node>();
  const found: string[] = [];

  function visitSymbol(symbol: ts.Symbol): void {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    for (const declaration of target.declarations ?? []) {
      if (isOurs(declaration.getSourceFile().fileName)) visit(declaration);
    }
  }

  function visit(node: ts.Node): void {
    if (seen.has(node)) return;
    seen.add(node);
    // A type that could not be resolved is any too, without the word being there.
    if (ts.isTypeNode(node) && (checker.getTypeAtLocation(node).flags & ts.TypeFlags.Any) !== 0) {
      const file = node.getSourceFile();
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file.fileName.slice(ROOT.length + 1)}:${line + 1} ${node.parent.getText()}`);
    }
    if (ts.isIdentifier(node)) {
      const symbol = checker.getSymbolAtLocation(node);
      if (symbol !== undefined) visitSymbol(symbol);
    }
    node.forEachChild(visit);
  }

  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new TypeError(`${entry} is not there: build the packages first`);
  for (const symbol of checker.getExportsOfModule(module)) visitSymbol(symbol);
  return [...new Set(found)];
}

const isOurs = (file: string): boolean => /\/packages\/\w+\/(dist|src)\//.test(file);

describe('the published types', () => {
  const program = ts.createProgram(ENTRIES, OPTIONS);

  it.each(ENTRIES)('have no any: %s', (entry) => {
    expect(findAny(program, entry)).toEqual([]);
  });

  it('would be found out', () => {
    const file = join(ROOT, 'packages/core/dist/planted.d.ts');
    const text =
      'interface Inner { value: Map<string, any> }\nexport declare function outer(): Promise<Inner>;\n';
    const host = ts.createCompilerHost(OPTIONS);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === file
        ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)
        : getSourceFile(name, ...rest);
    const planted = ts.createProgram([file], OPTIONS, host);
    expect(findAny(planted, file)).toEqual(['packages/core/dist/planted.d.ts:1 Map<string, any>']);
  });
});
