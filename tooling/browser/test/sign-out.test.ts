import { canRunInChromium } from '@cross-app/chromium';
import { untilSignedOut, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { FLOWS, signIn } from './stage/travel.js';

const inChromium = canRunInChromium('the sign-out everywhere is') ? describe : describe.skip;

inChromium('a sign-out everywhere', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  it.each(FLOWS)('ends the session at Hi.Events (%s)', async (flow) => {
    const page = await signIn(stage, flow);
    await page.reload();
    expect(await who(page)).toBe('Ada Lovelace');
    await stage.sessions.revokeAll({ userId: 1 });
    await untilSignedOut(page);
    expect(await who(page)).toBe('nobody');
  });

  it('leaves other people signed in', async () => {
    const page = await signIn(stage, 'bound');
    await stage.sessions.revokeAll({ userId: 2 });
    await page.reload();
    expect(await who(page)).toBe('Ada Lovelace');
  });
});
