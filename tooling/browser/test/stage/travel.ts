import type { Page } from 'playwright-core';
import { arrive, follow, logIn, press } from './person.js';
import type { Stage } from './stage.js';

/** The three ways to Hi.Events: `/authorize`, a form that posts the token, a link that holds it. */
export type Flow = 'bound' | 'form' | 'link';
export const FLOWS: readonly Flow[] = ['bound', 'form', 'link'];

/** Leaves the front page of Tuvens, and presses nothing at Hi.Events yet. */
export async function setOut(page: Page, flow: Flow): Promise<void> {
  switch (flow) {
    case 'bound':
      await follow(page, 'Add ticketing');
      break;
    case 'form':
      await press(page, 'Go to Hi.Events');
      break;
    case 'link':
      await follow(page, 'Make a link');
      await follow(page, 'Go to Hi.Events');
  }
}

/** Goes all the way as somebody who is logged in at Tuvens, and agrees when asked. */
export async function travel(stage: Stage, page: Page, flow: Flow): Promise<void> {
  await setOut(page, flow);
  if (flow === 'link') await press(page, 'Continue as');
  await arrive(stage, page);
}

/** {@link travel} of a new visitor. */
export async function signIn(stage: Stage, flow: Flow): Promise<Page> {
  const page = await stage.visitor();
  await logIn(stage, page);
  await travel(stage, page, flow);
  return page;
}
