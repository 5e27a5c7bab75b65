import express from 'express';
import { JSDOM } from 'jsdom';
import request from 'supertest';
import type { CrossAppPage, PageOptions } from '../../src/index.js';
import { resolvePages } from '../../src/pages/options.js';
import { sendPage } from '../../src/pages/send.js';
import type { SentPage } from '../../src/pages/send.js';

type Sent = Omit<SentPage, 'status'> & { readonly status?: number; readonly pages?: PageOptions };

/** The page as a browser gets it, over HTTP. */
export async function sendSample({ pages, status = 200, ...sent }: Sent): Promise<request.Response> {
  const resolved = resolvePages('test', pages);
  const app = express();
  app.use((_req, res) => {
    res.setHeader('Retry-After', '60');
    sendPage(res, resolved, { status, ...sent });
  });
  return request(app).get('/');
}

/** The document of the page, without running its script. */
export async function openSample(page: CrossAppPage, pages?: PageOptions): Promise<Document> {
  const { text } = await sendSample({ page, ...(pages === undefined ? {} : { pages }) });
  return new JSDOM(text).window.document;
}
