import { EXPECTED, EXPECTED_PATHS } from './expected.js';
import { startIssuer } from './issuer.js';
import type { TestIssuer } from './issuer.js';
import { HAVE_WORKERD, startWorker } from './workerd.js';
import type { Worker } from './workerd.js';

if (!HAVE_WORKERD) console.warn('workerd is here for Linux on x64 only: edge platforms are not tested.');

let issuer: TestIssuer;
let worker: Worker | undefined;

beforeAll(async () => {
  issuer = await startIssuer();
});

afterEach(async () => {
  await worker?.stop();
});

afterAll(async () => {
  await issuer.close();
});

(HAVE_WORKERD ? describe : describe.skip)('workerd', () => {
  it.each(['worker-esm.mjs', 'worker-commonjs.mjs'])(
    'makes every call of the built sdk: %s',
    async (script) => {
      worker = await startWorker(script);
      issuer.takePaths();
      const reply = await fetch(worker.url, { method: 'POST', body: JSON.stringify(issuer.settings) });
      const body = await reply.text();
      expect([reply.status, reply.status === 200 ? JSON.parse(body) : body]).toEqual([200, EXPECTED]);
      expect(issuer.takePaths()).toEqual(EXPECTED_PATHS);
    },
  );
});
