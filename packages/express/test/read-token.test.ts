import express from 'express';
import type { RequestHandler } from 'express';
import request from 'supertest';
import { CrossAppError } from '@cross-app/protocol';
import { rawPost } from './raw-post.js';
import { createTargetApp, LANDING } from './target-app.js';

/** Sessions that refuse everything, and the tokens that they were asked for. */
function listen() {
  const tokens: string[] = [];
  const redeem = (token: string) => {
    tokens.push(token);
    return Promise.reject(new CrossAppError('token_unknown'));
  };
  return { sessions: { redeem }, tokens };
}

const JSON_HEADER = ['Content-Type', 'application/json'];

const HOSTS: [string, RequestHandler[]][] = [
  ['no body parser', []],
  ['express.json()', [express.json()]],
  ['express.urlencoded({ extended: true })', [express.urlencoded({ extended: true })]],
  ['express.urlencoded({ extended: false })', [express.urlencoded({ extended: false })]],
  ['both parsers', [express.json(), express.urlencoded({ extended: true })]],
];

describe.each(HOSTS)('readToken, behind %s', (_, parsers) => {
  const JSON_TYPE = 'application/json';
  const FORM_TYPE = 'application/x-www-form-urlencoded';

  it.each([
    ['a JSON body', { type: JSON_TYPE, body: '{"session_token":"T"}', headers: {} }],
    ['a form body', { type: FORM_TYPE, body: 'session_token=T&action=x', headers: {} }],
    ['X-Session-Token', { type: JSON_TYPE, body: '{}', headers: { 'X-Session-Token': 'T' } }],
    ['Authorization: Bearer', { type: FORM_TYPE, body: 'a=b', headers: { Authorization: 'bearer  T' } }],
    [
      'all places at once',
      {
        type: JSON_TYPE,
        body: '{"session_token":"T"}',
        headers: { 'X-Session-Token': 'T', Authorization: 'Bearer T' },
      },
    ],
    [
      'a header beside a body that is neither',
      { type: 'text/plain', body: '{"session_token":"X"}', headers: { 'X-Session-Token': 'T' } },
    ],
  ])('takes the token from %s', async (__, { type, body, headers }) => {
    const { sessions, tokens } = listen();
    await request(createTargetApp(sessions, ...parsers))
      .post(LANDING)
      .type(type)
      .set(headers)
      .send(body)
      .expect(401);
    expect(tokens).toEqual(['T']);
  });

  it('takes the token from a header of a request without a body', async () => {
    const { sessions, tokens } = listen();
    await request(createTargetApp(sessions, ...parsers))
      .post(LANDING)
      .set('X-Session-Token', 'T')
      .expect(401);
    expect(tokens).toEqual(['T']);
  });

  it.each([
    ['nothing', JSON_TYPE, ''],
    ['an empty object', JSON_TYPE, '{}'],
    ['a list', JSON_TYPE, '["T"]'],
    ['another field', FORM_TYPE, 'token=T'],
    ['a prototype that has it', JSON_TYPE, '{"__proto__":{"session_token":"T"}}'],
    ['plain text', 'text/plain', 'session_token=T'],
    ['XML', 'application/xml', '<session_token>T</session_token>'],
    [
      'a multipart form',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="session_token"\r\n\r\nT\r\n--b--',
    ],
  ])('finds no token in %s', async (__, type, body) => {
    const { sessions, tokens } = listen();
    const { text } = await request(createTargetApp(sessions, ...parsers))
      .post(LANDING)
      .type(type)
      .send(body)
      .expect(400);
    expect(text).toContain('No handoff token was sent.');
    expect(tokens).toEqual([]);
  });

  it.each([
    ['null', JSON_TYPE, '{"session_token":null}'],
    ['a number', JSON_TYPE, '{"session_token":5}'],
    ['true', JSON_TYPE, '{"session_token":true}'],
    ['a list', JSON_TYPE, '{"session_token":["T"]}'],
    ['an object', JSON_TYPE, '{"session_token":{"toString":"T"}}'],
    ['a repeated field', FORM_TYPE, 'session_token=T&session_token=T'],
    ['a list field', FORM_TYPE, 'session_token[]=T'],
    ['an object field', FORM_TYPE, 'session_token[a]=T'],
  ])('refuses %s for a token', async (__, type, body) => {
    const { sessions, tokens } = listen();
    await request(createTargetApp(sessions, ...parsers))
      .post(LANDING)
      .type(type)
      .send(body)
      .expect(400);
    expect(tokens).toEqual([]);
  });
});

describe('readToken, given two', () => {
  it.each([
    ['header and body', '{"session_token":"B"}', [['X-Session-Token', 'A']]],
    ['bearer and body', '{"session_token":"B"}', [['Authorization', 'Bearer A']]],
    [
      'bearer and header',
      '{}',
      [
        ['Authorization', 'Bearer A'],
        ['X-Session-Token', 'B'],
      ],
    ],
    ['a JWT of the host and body', '{"session_token":"B"}', [['Authorization', 'Bearer eyJ.e30.x']]],
    [
      'the same header twice',
      '{}',
      [
        ['X-Session-Token', 'A'],
        ['X-Session-Token', 'B'],
      ],
    ],
    [
      'Authorization twice',
      '{}',
      [
        ['Authorization', 'Bearer A'],
        ['Authorization', 'Bearer B'],
      ],
    ],
    ['a text and a list', '{"session_token":["A"]}', [['X-Session-Token', 'A']]],
    ['an empty bearer and body', '{"session_token":"B"}', [['Authorization', 'Bearer']]],
  ])('refuses %s that differ', async (_, body, headers) => {
    const { sessions, tokens } = listen();
    const reply = await rawPost(createTargetApp(sessions), {
      path: LANDING,
      headers: [JSON_HEADER, ...headers],
      body,
    });
    expect(reply).toContain('400 Bad Request');
    expect(reply).toContain('Different handoff tokens were sent at once.');
    expect(tokens).toEqual([]);
  });

  it('takes the same header twice with the same value', async () => {
    const { sessions, tokens } = listen();
    const headers = [JSON_HEADER, ['X-Session-Token', 'T'], ['x-session-token', 'T']];
    await rawPost(createTargetApp(sessions), { path: LANDING, headers, body: '{}' });
    expect(tokens).toEqual(['T']);
  });

  it.each(['Basic dTpw', 'Bearerx T', 'Digest a="Bearer T"', 'DPoP T'])(
    'leaves Authorization: %s to the host',
    async (authorization) => {
      const { sessions, tokens } = listen();
      const app = createTargetApp(sessions);
      await request(app)
        .post(LANDING)
        .set('Authorization', authorization)
        .send({ session_token: 'T' })
        .expect(401);
      expect(tokens).toEqual(['T']);
    },
  );
});
