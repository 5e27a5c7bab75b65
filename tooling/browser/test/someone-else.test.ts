import { canRunInChromium } from '@cross-app/chromium';
import type { Page } from 'playwright-core';
import { arrive, follow, heading, logIn, press, who } from './stage/person.js';
import { openStage } from './stage/stage.js';
import type { Stage } from './stage/stage.js';
import { FLOWS, setOut } from './stage/travel.js';
import type { Flow } from './stage/travel.js';

const inChromium = canRunInChromium('arriving where somebody else is signed in is')
  ? describe
  : describe.skip;

inChromium('arriving where somebody else is signed in', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
  });

  afterAll(() => stage.close());

  /** Zoe is signed in at Hi.Events and has something in her basket; Ada comes from Tuvens. */
  async function comeAsAda(flow: Flow): Promise<Page> {
    const page = await stage.visitor();
    await page.goto(stage.hiEvents);
    await press(page, 'I am Zoe');
    await press(page, 'Put tickets into the basket');
    await logIn(stage, page);
    await setOut(page, flow);
    return page;
  }

  describe.each(FLOWS)('(%s)', (flow) => {
    it('asks, and signs in the one who arrives after a click', async () => {
      await stage.reset();
      const page = await comeAsAda(flow);
      await page.getByRole('heading', { name: 'Somebody else is signed in at Hi.Events' }).waitFor();
      expect(await stage.count()).toEqual({ all: 1, used: 0 });
      await press(page, 'Sign in as Ada Lovelace instead');
      await arrive(stage, page);
      expect(await who(page)).toBe('Ada Lovelace');
      expect(await page.textContent('#basket')).toBe('nothing');
    });

    it('asks, and leaves signed in who stays', async () => {
      await stage.reset();
      const page = await comeAsAda(flow);
      await follow(page, 'Stay signed in as Zoe Local');
      await arrive(stage, page);
      expect(await who(page)).toBe('Zoe Local');
      expect(await page.textContent('#basket')).toBe('two tickets');
      expect(await stage.count()).toEqual({ all: 1, used: 0 });
    });
  });

  // A form takes the way of the bound flow here.
  describe.each(['bound', 'link'] as const)('(%s)', (flow) => {
    it('keeps the one who is here where the app says so', async () => {
      await stage.reset({ hiEvents: { someoneElse: 'keep' } });
      const page = await comeAsAda(flow);
      await arrive(stage, page);
      expect(await who(page)).toBe('Zoe Local');
      expect(await stage.count()).toEqual({ all: 1, used: 0 });
    });

    it('switches where the app says so, and takes nothing along', async () => {
      await stage.reset({ hiEvents: { someoneElse: 'switch' } });
      const page = await comeAsAda(flow);
      if (flow === 'link') await press(page, 'Continue as Ada Lovelace');
      await arrive(stage, page);
      expect(await who(page)).toBe('Ada Lovelace');
      expect(await page.textContent('#basket')).toBe('nothing');
    });

    it('refuses where the app says so, and leaves who is here', async () => {
      await stage.reset({ hiEvents: { someoneElse: 'reject' } });
      const page = await comeAsAda(flow);
      await page.getByRole('heading', { name: 'Somebody else is signed in here' }).waitFor();
      expect(await heading(page)).toBe('Somebody else is signed in here');
      await page.goto(stage.hiEvents);
      expect(await who(page)).toBe('Zoe Local');
      expect(await stage.count()).toEqual({ all: 1, used: 0 });
    });
  });
});
