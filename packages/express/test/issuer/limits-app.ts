import express from 'express';
import type { Express, RequestHandler } from 'express';
import request from 'supertest';
import type { Response } from 'supertest';
import { failClosed } from '../../src/fail-closed.js';
import { resolveLimits } from '../../src/issuer/limits/limits.js';
import type { IssuerLimits, Limits } from '../../src/issuer/limits/limits.js';
import { failure, send, success } from '../../src/reply.js';

/** An app where `GET /<limit>/<key>` counts one call of the key, and replies as the issuer does. */
export function createLimitedApp(options?: IssuerLimits | false): Express {
  const limits = resolveLimits(options);
  const handle: RequestHandler = (req, res) => {
    const [, name, key = ''] = req.path.split('/');
    limits[name as keyof Limits](req, res, decodeURIComponent(key))
      .then(() => success({ had: 'rateLimit' in req }))
      .catch((thrown: unknown) => failure(failClosed(thrown), req.path))
      .then(
        (reply) => {
          send(res, reply);
        },
        () => res.destroy(),
      );
  };
  return express().use(handle);
}

/** Makes so many calls, and gives the last reply. */
export async function callTimes(app: Express, path: string, times: number): Promise<Response> {
  let reply = await request(app).get(path);
  for (let made = 1; made < times; made += 1) reply = await request(app).get(path);
  return reply;
}
