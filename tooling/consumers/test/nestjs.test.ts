import { createInterface } from 'node:readline';
import { freePort } from '@cross-app/test-database/free-port';
import { compile, endAll, openEmptyDatabase, projectDir, start } from './project.js';

const cwd = projectDir('nestjs');

afterEach(endAll);

const post = (url: string, fields: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields) });

describe('in a project of NestJS on Express', () => {
  it('a token signs in once, through the database and over HTTP', async () => {
    expect(await compile(cwd)).toEqual({ exitCode: 0, out: '', error: '' });
    const { url } = await openEmptyDatabase();
    const port = String(await freePort());
    const { process: child, ended } = start({ cwd, url, env: { PORT: port } }, 'node', 'dist/main.js');
    const { stdout } = child;
    if (stdout === null) throw new TypeError('its output is not piped');
    const app = await Promise.race([
      new Promise<string>((resolve) => createInterface(stdout).once('line', resolve)),
      ended.then(({ error }) => Promise.reject(new TypeError(error))),
    ]);
    for (const way of ['in-the-database', 'over-http']) {
      const { token } = (await (await post(`${app}/add-ticketing`)).json()) as { token: string };

      const arrival = await post(`${app}/auth/${way}`, { session_token: token });
      expect([way, arrival.status]).toEqual([way, 200]);
      expect(await arrival.json()).toEqual({ id: '1', email: 'ada@example.com', name: 'Ada' });

      const replay = await post(`${app}/auth/${way}`, { session_token: token });
      expect([way, replay.status]).toEqual([way, 401]);
      expect(replay.headers.get('www-authenticate')).toMatch(/error="invalid_token"/);
      expect(await replay.json()).toMatchObject({ code: 'invalid_token', status: 401 });
    }
    child.kill();
    const { out, error } = await ended;
    expect(out + error).not.toMatch(/handoff_[\w-]{56}|shared-by-tuvens/);
  });
});
