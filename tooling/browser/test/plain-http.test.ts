import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canRunInChromium } from '@cross-app/chromium';
import { createCrossAppClient } from '@cross-app/sdk';
import { arrive, follow, heading, press, untilSignedOut, who } from './stage/person.js';
import { openStage, SECRET } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { FLOWS, signIn } from './stage/travel.js';

const inChromium = canRunInChromium('signing in over plain http on localhost is') ? describe : describe.skip;

inChromium('over plain http on *.localhost, with the API of Tuvens in the place of its database', () => {
  let stage: Stage;
  let api: Server;

  beforeAll(async () => {
    stage = await openStage({ scheme: 'http' });
    // Not every system resolves *.localhost for Node as Chromium does for itself.
    api = createServer((req, res) => {
      stage.tuvensApp(req, res);
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
  });

  beforeEach(() => {
    const baseUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/cross-app`;
    const sessions = createCrossAppClient({ baseUrl, appId: 'hi-events', secret: SECRET });
    return stage.reset({ hiEvents: { sessions } });
  });

  afterAll(async () => {
    await stage.close();
    api.closeAllConnections();
    api.close();
  });

  it.each(FLOWS)('signs in (%s)', async (flow) => {
    const page = await signIn(stage, flow);
    expect(new URL(page.url()).protocol).toBe('http:');
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });

  it('shows the login first, and signs out everywhere', async () => {
    const page = await stage.visitor();
    await page.goto(`${stage.landing}/start?return_to=/events`);
    await press(page, 'I am Ada');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
    await stage.sessions.revokeAll({ userId: 1 });
    await untilSignedOut(page);
    expect(await who(page)).toBe('nobody');
  });

  it('says that Tuvens does not answer, and signs nobody in', async () => {
    const closed = createCrossAppClient({
      baseUrl: 'http://127.0.0.1:9/api/cross-app',
      appId: 'hi-events',
      secret: SECRET,
      retries: 0,
    });
    await stage.reset({ hiEvents: { sessions: closed } });
    const page = await stage.visitor();
    await page.goto(`${stage.landing}/start`);
    await press(page, 'I am Ada');
    await page.getByRole('heading', { name: 'Signing in is not possible at the moment' }).waitFor();
    expect(await heading(page)).toBe('Signing in is not possible at the moment');
    await follow(page, 'Try again at Tuvens');
    await page.getByRole('heading', { name: 'Signing in is not possible at the moment' }).waitFor();
    await page.goto(stage.hiEvents);
    expect(await who(page)).toBe('nobody');
  });
});
