import { handoffUrl } from '@cross-app/sdk';
import { Browser } from './browser.js';
import {
  arriveAgain,
  arriveAtHiEvents,
  findOneselfSignedOut,
  followLink,
  openLink,
  replayElsewhere,
  requestHandoff,
  signInAtTuvens,
  signInWithTuvens,
  stealTheWayBack,
} from './person-steps.js';
import { askAboutPerson, generateSession, logIn, validateAgain, validateSession } from './script-steps.js';
import { StepFailed } from './transcript.js';
import type { Walk } from './walk.js';

/** Goes through the whole handoff over HTTP, as a person and as a script. Whether each step did what it should. */
export async function walkThrough(walk: Walk): Promise<boolean> {
  const { transcript } = walk;
  const newBrowser = (): Browser =>
    new Browser((line) => {
      transcript.note(line);
    });
  try {
    const person = newBrowser();
    const home = await signInAtTuvens(walk, person);
    await signInWithTuvens(walk, person);
    await stealTheWayBack(walk, newBrowser(), person.lastRedirectTo(`${walk.hiEventsUrl}/auth/cross-app?`));
    const handoff = await requestHandoff(walk, person, home);
    await arriveAtHiEvents(walk, person, handoff);
    await arriveAgain(walk, person, handoff);
    await askAboutPerson(walk, handoff.token, handoff.accountId);
    await replayElsewhere(walk, newBrowser(), handoff);
    await findOneselfSignedOut(walk, person);

    const accessToken = await logIn(walk);
    const link = linkWith(walk, await generateSession(walk, accessToken));
    await openLink(walk, newBrowser(), link);
    await followLink(walk, newBrowser(), link);

    const token = await generateSession(walk, accessToken);
    await validateSession(walk, token);
    await validateAgain(walk, token);
    transcript.say('\nEvery step did what it should: each token signed one person in, once.');
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    transcript.say(`\nNot every step did what it should: ${error.message}.`);
    return false;
  }
}

function linkWith({ hiEventsUrl }: Walk, token: string): string {
  return handoffUrl(`${hiEventsUrl}/auth/cross-app`, { token, source: 'tuvens' });
}
