import { Router } from 'express';
import { PARTIES } from './exchange.js';
import type { Journal } from './journal.js';
import type { AppParty } from './meanings.js';
import { recordRequests } from './record-requests.js';
import { tellStories } from './stories.js';

/** Records what this app is asked from here on, and draws it at `/what-happened`, which is itself no part of it. */
export function whatHappened(app: AppParty, journal: Journal): Router {
  return Router()
    .get('/what-happened', async (_req, res) => {
      const stories = tellStories(await journal.latest());
      res.render('what-happened', { stories, lanes: Object.values(PARTIES) });
    })
    .use(recordRequests(app, journal));
}
