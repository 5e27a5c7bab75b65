import { createInterface } from 'node:readline';
import { endAll, openEmptyDatabase, projectDir, PROJECTS, start } from './project.js';
import type { Running } from './project.js';

interface HandoffForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Tuvens and Hi.Events as start.js of the project runs them. */
async function startApps(project: string): Promise<Running & { readonly tuvens: string }> {
  const { url } = await openEmptyDatabase();
  const apps = start({ cwd: projectDir(project), url }, 'node', 'start.js');
  const { stdout } = apps.process;
  if (stdout === null) throw new TypeError('its output is not piped');
  const firstLine = new Promise<string>((resolve) => createInterface(stdout).once('line', resolve));
  const tuvens = await Promise.race([
    firstLine,
    apps.ended.then(({ error }) => Promise.reject(new TypeError(error))),
  ]);
  return { ...apps, tuvens };
}

/** What a browser does with the form. */
function send({ action, fields }: HandoffForm): Promise<Response> {
  return fetch(action, { method: 'POST', body: new URLSearchParams(fields) });
}

afterEach(endAll);

describe.each(PROJECTS)('in a %s project', (project) => {
  it('a token signs in once, through the database and over HTTP', async () => {
    const { tuvens, process: child, ended } = await startApps(project);
    for (const page of ['/add-ticketing', '/add-ticketing-over-http']) {
      const form = (await (await fetch(tuvens + page, { method: 'POST' })).json()) as HandoffForm;

      const arrival = await send(form);
      expect(arrival.status).toBe(200);
      expect(await arrival.json()).toEqual({ id: '11', email: 'ada@example.com', name: 'Ada' });

      const replay = await send(form);
      expect(replay.status).toBe(401);
      expect(replay.headers.get('www-authenticate')).toMatch(/error="invalid_token"/);
    }
    child.kill();
    const { out, error } = await ended;
    expect(out + error).not.toMatch(/handoff_[\w-]{56}|shared-by-tuvens/);
  });
});
