import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { originOf, pageAddress, requireFormTarget } from './addresses.js';
import { documentOf } from './document.js';
import type { Pages } from './options.js';
import type { CrossAppPage } from './page.js';

/** A page, and how it is sent. */
export interface SentPage {
  readonly page: CrossAppPage;
  readonly status: number;
  /**
   * Origins to which the answer to the page's form may redirect, or `https:` for wherever it goes on from there:
   * Chromium holds redirects to `form-action` too. Our own and the one of the form's action are allowed anyway.
   */
  readonly formTargets?: readonly string[];
  /**
   * `strict-origin` where the form's receiver checks the Origin: with `no-referrer` browsers send `Origin: null`, to
   * our own origin too. It never gives away a path or a query. Default `no-referrer`.
   */
  readonly referrerPolicy?: 'no-referrer' | 'strict-origin';
}

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/**
 * Sends the page, beside whatever headers are set already (Retry-After, a cookie). What `render` of the host throws,
 * and the TypeError for an address that is no link, come before anything is written.
 */
export function sendPage(res: ServerResponse, pages: Pages, sent: SentPage): void {
  const nonce = randomBytes(16).toString('base64url');
  const html = renderedBy(pages, sent.page, nonce);
  const policy = contentSecurityPolicy(sent, html, nonce);
  res.statusCode = sent.status;
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
  res.setHeader('Content-Security-Policy', policy);
  res.setHeader('Referrer-Policy', sent.referrerPolicy ?? 'no-referrer');
  res.setHeader('Content-Length', Buffer.byteLength(html));
  res.end(html);
}

function renderedBy(pages: Pages, page: CrossAppPage, nonce: string): string {
  const { lang, texts, render } = pages;
  const defaultHtml = documentOf(page, { ...pages, nonce });
  const html: unknown = render(page, { nonce, lang, texts, defaultHtml });
  if (typeof html === 'string') return html;
  throw new TypeError(`pages.render must give the HTML as a string, not ${typeof html}`);
}

function contentSecurityPolicy({ page, formTargets = [] }: SentPage, html: string, nonce: string): string {
  const own = 'form' in page ? originOf(pageAddress('the action of a page', page.form.action)) : null;
  const targets = formTargets.map((target) => requireFormTarget('formTargets', target));
  const origins = new Set([...(own === null ? [] : [own]), ...targets]);
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(/<script\b/i.test(html) ? [`script-src 'nonce-${nonce}'`] : []),
    ["form-action 'self'", ...origins].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
