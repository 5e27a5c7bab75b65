import { redactTokens } from '@cross-app/protocol';
import type { RequestHandler } from 'express';
import { beginExchange } from './exchange.js';
import type { Journal } from './journal.js';
import { meaningOf } from './meanings.js';
import type { AppParty, Asked } from './meanings.js';

const MAX_LENGTH = 160;
// What these hold may be read by anybody. Of any other parameter only its name is kept.
const HARMLESS = new Set(['action', 'client_id', 'code_challenge_method', 'error', 'source']);

/** Records what this app is asked, once it is answered. */
export function recordRequests(app: AppParty, journal: Journal): RequestHandler {
  return (req, res, next) => {
    const begun = beginExchange();
    // Routers change `req.url` while they look for a route.
    const asked = { app, method: req.method, ...split(req.originalUrl) };
    res.on('close', () => {
      const status = res.writableFinished ? res.statusCode : undefined;
      const meaning = meaningOf(asked, { status, location: res.get('location') });
      if (meaning === undefined) return;
      journal.record({
        ...meaning,
        ...begun.end(),
        callee: app,
        call: describe(asked),
        outcome: status === undefined ? 'broken off' : String(status),
        isRefused: status === undefined || status >= 400,
      });
    });
    next();
  };
}

function split(target: string): Pick<Asked, 'path' | 'query'> {
  const [path = '', ...query] = target.split('?');
  return { path, query: new URLSearchParams(query.join('?')) };
}

function describe({ method, path, query }: Asked): string {
  const named = [...query].map(([name, value]) => `${name}=${HARMLESS.has(name) ? value : '…'}`);
  const text = redactTokens(`${method} ${[path, named.join('&')].filter(Boolean).join('?')}`);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
