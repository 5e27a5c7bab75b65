import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runDoctor } from './run-doctor.js';
import type { Report } from './run-doctor.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const OTHER_SECRET = 'fedcba9876543210fedcba9876543210';

interface Call {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly secret: string | undefined;
  readonly body: Record<string, unknown>;
}

let server: Server;
let calls: Call[];
let answer: (call: Call, res: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((req, res) => {
    void readCall(req).then((call) => {
      calls.push(call);
      answer(call, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  calls = [];
  answer = asIssuer;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function readCall(req: IncomingMessage): Promise<Call> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  const secret = req.headers['x-shared-secret'];
  return { method: req.method, path: req.url, secret: secret?.toString(), body: JSON.parse(text) };
}

/** The bodies that docs/errors.md and the wire name. */
function sendError(res: ServerResponse, statusCode: number, code: string): void {
  const message = 'refused';
  const body = {
    statusCode,
    timestamp: new Date().toISOString(),
    path: '/',
    message,
    origin: { message, code },
  };
  res.writeHead(statusCode, { 'content-type': 'application/json' });
  res.end(JSON.stringify(statusCode === 404 ? { ...body, valid: false } : body));
}

function asIssuer({ secret }: Call, res: ServerResponse): void {
  if (secret === SECRET) sendError(res, 404, 'token_unknown');
  else sendError(res, 401, 'client_unauthenticated');
}

const send = (status: number, text = '', headers: Record<string, string> = {}): void => {
  answer = (_call, res) => res.writeHead(status, headers).end(text);
};

function askIssuer(env: Record<string, string> = { HI_EVENTS_SHARED_SECRET: SECRET }): Promise<Report> {
  const { port } = server.address() as AddressInfo;
  return runDoctor(undefined, { args: ['--issuer-url', `http://127.0.0.1:${port}/api/cross-app`], env });
}

describe('an issuer that', () => {
  it('knows the secret is ok, and was asked once, for a token that is well-formed', async () => {
    const { find } = await askIssuer();
    expect(find('issuer')).toMatchObject({ status: 'ok' });
    expect(find('issuer-secret')).toMatchObject({
      status: 'ok',
      message: 'the issuer knows HI_EVENTS_SHARED_SECRET',
    });
    expect(find('issuer-clock')).toMatchObject({ status: 'ok' });
    expect(calls).toEqual([
      {
        method: 'POST',
        path: '/api/cross-app/validate-session',
        secret: SECRET,
        body: { session_token: expect.stringMatching(/^handoff_[\w-]{56}$/) },
      },
    ]);
  });

  it('knows another secret is a failure that names the variable', async () => {
    const { find, exitCode } = await askIssuer({ CROSS_APP_SHARED_SECRET: OTHER_SECRET });
    expect(exitCode).toBe(2);
    expect(find('issuer')).toMatchObject({ status: 'ok' });
    expect(find('issuer-secret')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/does not know CROSS_APP_SHARED_SECRET/),
    });
  });

  it('gets the secret of the target app where there are two', async () => {
    await askIssuer({ CROSS_APP_SHARED_SECRET: OTHER_SECRET, HI_EVENTS_SHARED_SECRET: SECRET });
    expect(calls.map(({ secret }) => secret)).toEqual([SECRET]);
  });

  it.each([{}, { HI_EVENTS_SHARED_SECRET: 'line\nbreak'.repeat(9) }])(
    'gets no secret leaves a warning: %j',
    async (env: Record<string, string>) => {
      const { find } = await askIssuer(env);
      expect(find('issuer-secret')).toMatchObject({
        status: 'warn',
        message: expect.stringMatching(/none is set/),
      });
      expect(calls.map(({ secret }) => secret)).toEqual([undefined]);
    },
  );

  it.each([
    [200, '{"valid":true}', { status: 'fail', message: /took a token that nobody issued/ }],
    [302, '', { status: 'fail', message: /redirect \(302\)/ }],
    [308, '', { status: 'fail', message: /redirect \(308\)/ }],
    [400, '{}', { status: 'fail', message: /does not understand/ }],
    [401, 'Authorization Required', { status: 'fail', message: /in front of the issuer/ }],
    [404, '<h1>Not Found</h1>', { status: 'fail', message: /no issuer at this URL/ }],
    [404, 'null', { status: 'fail', message: /no issuer at this URL/ }],
    [404, '{"statusCode":404,"message":"Cannot POST"}', { status: 'fail', message: /no issuer at this URL/ }],
    [429, '', { status: 'warn', message: /too many calls/ }],
    [503, '', { status: 'fail', message: /cannot reach its database/ }],
    [500, '', { status: 'fail', message: /answers with 500/ }],
  ])('answers %i %s is %j', async (code, text, { status, message }) => {
    send(code, text, { location: 'https://127.0.0.1:1/' });
    const { find } = await askIssuer();
    expect(find('issuer')).toMatchObject({ status, message: expect.stringMatching(message) });
    expect(find('issuer-secret')).toBeUndefined();
  });

  it('is not there is a failure', async () => {
    const args = ['--issuer-url', 'http://127.0.0.1:2/api/cross-app'];
    const { find } = await runDoctor(undefined, { args });
    expect(find('issuer')).toMatchObject({ status: 'fail', message: expect.stringMatching(/ECONNREFUSED$/) });
  });

  it('hangs up is a failure', async () => {
    answer = (_call, res) => res.socket?.destroy();
    const { find } = await askIssuer();
    expect(find('issuer')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/no answer: \w+/),
    });
  });
});

describe('the clock of the issuer', () => {
  it.each([
    [-20, 'warn', /issuer is \d+ s behind this machine's/],
    [60, 'warn', /issuer is \d+ s ahead of this machine's/],
    [3600, 'fail', /issuer is 3\d+ s ahead of/],
    [-3600, 'fail', /behind/],
    [3, 'ok', /agree/],
  ])('is %i s off', async (seconds, status, message) => {
    answer = (call, res) => {
      res.setHeader('date', new Date(Date.now() + seconds * 1000).toUTCString());
      asIssuer(call, res);
    };
    const { find } = await askIssuer();
    expect(find('issuer-clock')).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('is not judged without a Date header', async () => {
    answer = (call, res) => {
      res.sendDate = false;
      asIssuer(call, res);
    };
    const { find } = await askIssuer();
    expect(find('issuer-clock')).toBeUndefined();
  });
});
