import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import request from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import { rawPost } from './raw-post.js';
import { recordErrors } from './record-errors.js';
import { createTargetApp, LANDING } from './target-app.js';

const TOKEN = `handoff_${'A'.repeat(56)}`;
const refuseAll = { redeem: () => Promise.reject(new CrossAppError('token_unknown')) };

/** A target app, and the errors that reach the host's error handler. */
function createApp(...before: RequestHandler[]): { app: Express; errors: unknown[] } {
  const app = createTargetApp(refuseAll, ...before);
  return { app, errors: recordErrors(app) };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('readBody, given a body that cannot be read', () => {
  it.each([
    ['broken JSON', 400, { headers: JSON_TYPE, body: `{"session_token":"${TOKEN}"}x` }],
    ['a JSON text', 400, { headers: JSON_TYPE, body: `"${TOKEN}"` }],
    ['a JSON number', 400, { headers: JSON_TYPE, body: '5' }],
    ['NUL', 400, { headers: JSON_TYPE, body: '{"session_token":"\0"}' }],
    ['a broken Content-Type', 400, { headers: { 'Content-Type': 'application/json; charset' }, body: '{' }],
    ['no gzip', 400, { headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, body: TOKEN }],
    ['odd compression', 415, { headers: { ...JSON_TYPE, 'Content-Encoding': 'rot13' }, body: TOKEN }],
    [
      'an odd charset',
      415,
      { headers: { 'Content-Type': 'application/json; charset=klingon' }, body: TOKEN },
    ],
    [
      'a form in UTF-16',
      415,
      { headers: { 'Content-Type': `${FORM_TYPE['Content-Type']}; charset=utf-16` }, body: TOKEN },
    ],
    ...['utf-7', 'utf-16', '"UTF-16LE"', 'utf-32', 'utf-8x', ''].map(
      (charset): [string, number, { headers: Record<string, string>; body: Buffer }] => [
        `JSON in ${charset}`,
        415,
        {
          headers: { 'Content-Type': `application/json; charset=${charset}` },
          body: Buffer.from(
            JSON.stringify({ session_token: TOKEN }),
            charset === 'utf-16' ? 'utf16le' : 'utf8',
          ),
        },
      ],
    ),
    ['9 kB of JSON', 413, { headers: JSON_TYPE, body: JSON.stringify({ a: 'a'.repeat(9000) }) }],
    ['9 kB of form', 413, { headers: FORM_TYPE, body: `a=${'a'.repeat(9000)}` }],
    ['too many fields', 413, { headers: FORM_TYPE, body: 'a=&'.repeat(1500) }],
    [
      '10 MB in 10 kB',
      413,
      { headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, body: gzipSync('a'.repeat(10_485_760)) },
    ],
  ])('refuses %s with %s and tells nothing of it', async (_, status, { headers, body }) => {
    const { app, errors } = createApp();
    const reply = await rawPost(app, { path: LANDING, headers: Object.entries(headers), body });
    expect(reply).toContain(`HTTP/1.1 ${status} `);
    expect(reply).toContain('Cache-Control: no-store');
    expect(reply).not.toContain(TOKEN.slice(0, 12));
    expect(errors).toMatchObject([{ name: 'CrossAppError', status }]);
  });

  it('keeps the text of the body out of the cause, which hosts log', async () => {
    const { app, errors } = createApp();
    await request(app).post(LANDING).type('json').send(`{"session_token":"${TOKEN}"}x`).expect(400);
    expect((errors[0] as CrossAppError).cause).toBeInstanceOf(SyntaxError);
    expect((errors[0] as CrossAppError).cause).not.toHaveProperty('body');
  });

  it('keeps the piece of the body out of the cause that JSON.parse repeats', async () => {
    const { app, errors } = createApp();
    await request(app).post(LANDING).type('json').send(`{"session_token":${TOKEN}}`).expect(400);
    expect(inspect(errors)).toContain('SyntaxError');
    expect(inspect(errors)).not.toContain('handoff');
  });

  it('stays up when the caller hangs up in the middle', async () => {
    const { app, errors } = createApp();
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const head = [
      `POST ${LANDING} HTTP/1.1`,
      'Host: a',
      'Content-Type: application/json',
      'Content-Length: 500',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n{"session_token":`, () =>
      setTimeout(() => socket.destroy(), 50),
    );
    while (errors.length === 0) await sleep(10);
    server.close();
    expect(errors).toMatchObject([{ code: 'invalid_argument', cause: { type: 'request.aborted' } }]);
  });
});

describe('readBody, after somebody else has taken the stream', () => {
  const drain: RequestHandler = (req, _res, next) => {
    req.resume().on('end', () => {
      next();
    });
  };
  const readFirstChunk: RequestHandler = (req, _res, next) => {
    req.once('data', () => {
      req.pause();
      next();
    });
  };
  const readInParallel: RequestHandler = (req, _res, next) => {
    req.on('data', () => undefined);
    setTimeout(next, 20);
  };
  const setEncoding: RequestHandler = (req, _res, next) => {
    req.setEncoding('utf8');
    next();
  };
  const destroy: RequestHandler = (req, _res, next) => {
    req.resume().on('close', () => {
      next();
    });
  };

  it.each([
    ['read to its end', drain],
    ['begun', readFirstChunk],
    ['read at the same time', readInParallel],
    ['given an encoding', setEncoding],
    ['closed', destroy],
    ['kept as a Buffer', express.raw({ type: () => true })],
    ['kept as a text', express.text({ type: () => true })],
  ])('does not hang, and sees no body: %s', async (_, before) => {
    const { app, errors } = createApp(before);
    await request(app).post(LANDING).send({ session_token: TOKEN }).expect(400);
    expect(errors).toMatchObject([{ code: 'token_missing' }]);
  });

  it('takes what they put into req.body', async () => {
    const { app, errors } = createApp(drain, (req, _res, next) => {
      req.body = { session_token: TOKEN };
      next();
    });
    await request(app).post(LANDING).send('anything').expect(401);
    expect(errors).toMatchObject([{ code: 'token_unknown' }]);
  });

  it('lets their limit count and not ours', async () => {
    const { app, errors } = createApp(express.json({ limit: '100kb' }));
    await request(app)
      .post(LANDING)
      .send({ session_token: TOKEN, notes: 'a'.repeat(50_000) })
      .expect(401);
    expect(errors).toMatchObject([{ code: 'token_unknown' }]);
  });
});
