import { makeToken } from '@cross-app/protocol';
import express from 'express';
import type { RequestHandler } from 'express';
import request from 'supertest';
import type { Test } from 'supertest';
import { sendHandoffForm } from '../src/index.js';
import type { HandoffFormOptions } from '../src/index.js';

const token = makeToken({ randomBytes: new Uint8Array(32).fill(9), expiresAtSeconds: 1_893_456_000 });
const OPTIONS = { landingUrl: 'https://hi.events/auth/cross-app', token, target: 'Hi.Events' };

function show(options: HandoffFormOptions): Test {
  const handler: RequestHandler = (_req, res) => {
    sendHandoffForm(res, options);
  };
  return request(express().use(handler)).get('/go');
}

describe('sendHandoffForm', () => {
  it('answers with a form that posts the token to the landing, and a button for it', async () => {
    const eventData = { name: 'Gala' };
    const { text } = await show({ ...OPTIONS, action: 'create-event', eventData }).expect(200);
    expect(text).toMatch(/<form[^>]* method="post"/);
    expect(text).toContain('action="https://hi.events/auth/cross-app"');
    expect(text).toContain(`name="session_token" value="${token}"`);
    expect(text).toContain('name="action" value="create-event"');
    expect(text).toMatch(/name="event_data" value="{(&#34;|&quot;)name/);
    expect(text).toMatch(/<button/);
    expect(text).toContain('Hi.Events');
  });

  it('has the token in no address', async () => {
    const { text, headers } = await show({ ...OPTIONS, callbackUrl: 'https://tuvens.com/done' });
    expect(text.match(/(?:href|src|action)="[^"]*"/g)?.join() ?? '').not.toContain('handoff_');
    expect(JSON.stringify(headers)).not.toContain('handoff_');
  });

  it('sends itself by a script that this page alone may run', async () => {
    const first = await show(OPTIONS);
    const second = await show(OPTIONS);
    const nonces = [first, second].map(({ text, headers }) => {
      const [, nonce = ''] = /<script nonce="([^"]+)">/.exec(text) ?? [];
      expect(headers['content-security-policy']).toContain(`script-src 'nonce-${nonce}'`);
      expect(nonce.length).toBeGreaterThanOrEqual(16);
      return nonce;
    });
    expect(new Set(nonces).size).toBe(2);
    expect(first.text.match(/<script/g)).toHaveLength(1);
    expect(first.text).toContain('submit');
  });

  it('tells the landing its origin, is stored and framed nowhere, and loads nothing', async () => {
    const { headers } = await show(OPTIONS);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      // With no-referrer, browsers send "Origin: null", and the landing knows nobody of that name.
      'referrer-policy': 'strict-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    const policy = headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(part);
    }
    const [, targets = ''] = /form-action ([^;]*)/.exec(policy) ?? [];
    expect(targets.split(' ')).toEqual(expect.arrayContaining(['https://hi.events', 'https:']));
    expect(targets).not.toContain('*');
  });

  it('escapes whatever is in its fields and in the name', async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&`;
    const { text } = await show({
      ...OPTIONS,
      target: evil,
      action: evil,
      source: evil,
      callbackUrl: evil,
      eventData: { [evil]: evil },
    });
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toContain('<img');
    expect(text).not.toContain('alert(1)</script>');
  });

  it('takes the words of the host', async () => {
    const { text } = await show({ ...OPTIONS, pages: { render: ({ kind }) => `<p>${kind}` } }).expect(200);
    expect(text).toBe('<p>continue');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a landing in plain http', { landingUrl: 'http://hi.events/' }, 'landingUrl must be an https URL'],
    ['no landing', { landingUrl: undefined }, 'landingUrl must be an https URL'],
    ['a script for a landing', { landingUrl: 'javascript:alert(1)' }, 'landingUrl must be an https URL'],
    ['what is no token', { token: `${token}x` }, 'token must be a handoff token'],
    ['too much eventData', { eventData: 'x'.repeat(2001) }, 'eventData must be JSON'],
    ['no target', { target: undefined }, "target must be the target app's name"],
    ['an empty target', { target: '' }, "target must be the target app's name"],
    ['pages with an unknown key', { pages: { text: {} } }, 'no option "text"'],
    ['an unknown key', { landing: 'x' }, 'no option "landing"'],
  ])('throws a TypeError before it sends anything, for %s', (_, changes, message) => {
    const res = express.response;
    const send = () => {
      sendHandoffForm(res, { ...OPTIONS, ...changes });
    };
    expect(send).toThrow(TypeError);
    expect(send).toThrow(message);
    expect(send).not.toThrow(token);
  });
});
