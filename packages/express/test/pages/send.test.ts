import type { Response } from 'supertest';
import { CHOOSE_ACCOUNT, CONFIRM, CONTINUE, errorPage, SAMPLE_PAGES } from './sample-pages.js';
import { sendSample } from './send-sample.js';

const nonceOf = ({ text }: Response): string => /<style nonce="([^"]+)"/.exec(text)?.[1] ?? 'none';

const NOT_OURS = ['date', 'connection', 'keep-alive', 'x-powered-by'];

/** The headers that are ours, with NONCE for what is new every time. */
function ownHeaders(response: Response): Record<string, string> {
  const sent = Object.entries(response.headers as Record<string, string>);
  const own = sent.filter(([name]) => !NOT_OURS.includes(name));
  return Object.fromEntries(own.map(([name, value]) => [name, value.replaceAll(nonceOf(response), 'NONCE')]));
}

const policyOf = ({ headers }: Response): string =>
  (headers as Record<string, string>)['content-security-policy'] ?? '';

describe('sendPage', () => {
  it('sends these headers with a page that has no script', async () => {
    const response = await sendSample({ page: errorPage('expired') });
    expect(ownHeaders(response)).toEqual({
      'cache-control': 'no-store',
      'content-length': String(Buffer.byteLength(response.text)),
      'content-security-policy':
        "default-src 'none'; style-src 'nonce-NONCE'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'content-type': 'text/html; charset=utf-8',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy':
        'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
      'referrer-policy': 'no-referrer',
      'retry-after': '60',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  it.each(SAMPLE_PAGES)('allows a script on the continue page only (%s)', async (_name, page) => {
    const response = await sendSample({ page });
    const nonce = nonceOf(response);
    expect(policyOf(response).includes(`script-src 'nonce-${nonce}'`)).toBe(page.kind === 'continue');
    expect(response.text.includes(`<script nonce="${nonce}">`)).toBe(page.kind === 'continue');
    expect(response.headers).not.toHaveProperty('set-cookie');
  });

  it('makes a new nonce of 128 bits for every page', async () => {
    const nonces = await Promise.all(
      [1, 2, 3].map(async () => nonceOf(await sendSample({ page: CONTINUE }))),
    );
    expect(new Set(nonces).size).toBe(3);
    for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{22}$/);
  });

  it('sends the status it is told', async () => {
    const { status } = await sendSample({ page: errorPage('unavailable'), status: 503 });
    expect(status).toBe(503);
  });

  it('lets the form post to its own action, and its answer redirect to the origins it is told', async () => {
    const own = await sendSample({ page: CONFIRM });
    expect(policyOf(own)).toContain("form-action 'self' https://hi.events;");
    const path = await sendSample({
      page: CHOOSE_ACCOUNT,
      formTargets: ['https://hi.events', 'http://localhost:3000'],
    });
    expect(policyOf(path)).toContain("form-action 'self' https://hi.events http://localhost:3000;");
    const twice = await sendSample({ page: CONFIRM, formTargets: ['https://hi.events'] });
    expect(policyOf(twice)).toContain("form-action 'self' https://hi.events;");
  });

  it('tells the receiver of a form our origin where it is asked to', async () => {
    const { headers } = await sendSample({ page: CONTINUE, referrerPolicy: 'strict-origin' });
    expect(headers).toHaveProperty('referrer-policy', 'strict-origin');
  });

  it.each([
    'https://hi.events/',
    "https://a.example; script-src 'unsafe-inline'",
    '*',
    "'self'",
    'hi.events',
    'null',
  ])('takes no %j for an origin', async (target) => {
    const { status, text } = await sendSample({ page: CONTINUE, formTargets: [target] });
    expect(status).toBe(500);
    expect(text).toContain('formTargets takes origins such as https://hi.events');
  });
});
