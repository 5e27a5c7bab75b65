import { execFileSync } from 'node:child_process';
import { startDemoProcess } from '@cross-app/demo-process';
import type { DemoProcess } from '@cross-app/demo-process';
import { ISSUER_PATHS } from '@cross-app/protocol';
import { consoleExamples, readText } from './documents.js';

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
}

const PAGE = 'docs/http-api.md';
const URL = 'http://localhost:3000/api/cross-app';
const MARK = '--- the next command ---';

const examples = consoleExamples(PAGE).map((example, index) => ({
  ...example,
  number: index + 1,
  title: example.command.replace(/ *\\\n[^]*/, ' …'),
}));
const replies = examples.filter(({ shown }) => shown !== '');

let demo: DemoProcess;
let outputs: string[];
beforeAll(async () => {
  requireCurl();
  demo = await startDemoProcess();
  outputs = runAll();
}, 120_000);
afterAll(() => demo.stop());

function requireCurl(): void {
  try {
    execFileSync('curl', ['--version']);
  } catch {
    throw new TypeError(`${PAGE} shows calls of curl, which is not here: apt-get install curl`);
  }
}

// As a reader who runs one after the other in one shell. Nothing but the port differs from what is written.
function runAll(): string[] {
  const [exported = ''] = /^export HI_EVENTS_SHARED_SECRET=.*$/m.exec(demo.printed) ?? [];
  const commands = examples.map(({ command }) => `echo '${MARK}'; { ${command}\n} 2>&1`);
  return run([exported, ...commands].join('\n'))
    .split(`${MARK}\n`)
    .slice(1);
}

function run(script: string): string {
  const tuvens = demo.tuvensUrl.replace('http://', '');
  const { PATH = '', HOME = '' } = process.env;
  const options = { encoding: 'utf8', env: { PATH, HOME }, timeout: 60_000 } as const;
  const output = execFileSync('bash', ['-c', script.replaceAll('localhost:3000', tuvens)], options);
  return output.replaceAll('\r', '');
}

/** What is shown, as a pattern: `…` is any text within a line, and alone any lines. Tokens and times differ. */
function patternOf(shown: string): RegExp {
  const lines = shown
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? String.raw`(?:.*\n)*?` : `${patternOfLine(line)}\\n`));
  return new RegExp(`^${lines.join('')}$`);
}

function patternOfLine(line: string): string {
  return line
    .replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('handoff_…', String.raw`handoff_[\w-]{56}`)
    .replaceAll('…', '.*')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+\\\.\d{3}Z/g, String.raw`\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z`);
}

describe('docs/http-api.md', () => {
  it.each(replies)('shows the reply to command $number, $title', ({ number, shown }) => {
    expect(`${outputs[number - 1]?.trimEnd() ?? ''}\n`).toMatch(patternOf(shown));
  });

  it('runs the commands that show nothing, without a word', () => {
    const silent = examples.filter(({ shown }) => shown === '');
    expect(silent.map(({ number }) => outputs[number - 1])).toEqual(silent.map(() => ''));
  });

  it.each(Object.values(ISSUER_PATHS))('shows a call of %s that is answered', (path) => {
    const answered = replies.filter(
      ({ command, shown }) => command.split(/\s/)[2] === `${URL}${path}` && /^HTTP\/1\.1 20\d /.test(shown),
    );
    expect(answered).not.toEqual([]);
  });

  it('names the method of each call, and how it is refused, as /openapi.json does', () => {
    const { paths } = JSON.parse(run(`curl -s ${URL}/openapi.json`)) as {
      paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => {
        const refusals = Object.keys(responses).filter((status) => Number(status) >= 400);
        return `${method.toUpperCase()} ${path}: ${refusals.sort().join(', ')}`;
      }),
    );
    const named = [...readText(PAGE).matchAll(/^## ([A-Z]+ \/\S+)\n[^]*?^Refused with (.*)\.$/gm)].map(
      ([, call = '', refusals = '']) => `${call}: ${refusals}`,
    );
    // Only where the source app has the option.
    const isThere = (call: string) => '/authorize' in paths || !call.startsWith('GET /authorize:');
    expect(named.filter(isThere).sort()).toEqual(described.sort());
  });
});
