import { canRunInChromium } from '@cross-app/chromium';
import { arrive, follow, logIn, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';

(canRunInChromium('the bound flow is') ? describe : describe.skip)('the bound flow', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  beforeEach(() => stage.reset());

  afterAll(() => stage.close());

  it.each([true, false])('signs in with one click (JavaScript: %s)', async (javaScriptEnabled) => {
    const page = await stage.visitor({ javaScriptEnabled });
    await logIn(stage, page);
    await follow(page, 'Add ticketing');
    await arrive(stage, page);
    expect(await who(page)).toBe('Ada Lovelace');
    expect(await stage.count()).toEqual({ all: 1, used: 1 });
  });
});
