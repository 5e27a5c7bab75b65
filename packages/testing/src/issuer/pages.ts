import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HandoffForm } from '@cross-app/protocol';
import type { TestPerson } from '../sessions/people.js';

/** A page on which one of the people signs in. */
export function sendSignIn(res: ServerResponse, people: readonly TestPerson[], continueUrl: string): void {
  const options = people.map(({ id, email }) => `<option value="${escape(id)}">${escape(email)}</option>`);
  sendHtml(
    res,
    `<h1>Sign in</h1><form method="post" action="/sign-in">${hidden('continue', continueUrl)}
     <select name="user">${options.join('')}</select><button>Sign in</button></form>`,
  );
}

/** A page with a link. */
export function sendLink(res: ServerResponse, url: string): void {
  sendHtml(res, `<a href="${escape(url)}">Go on to the other app</a>`);
}

/** A page that posts the token, as the source app's would: its origin is told, its URL is not. */
export function sendForm(res: ServerResponse, { action, fields }: HandoffForm): void {
  const nonce = randomBytes(16).toString('base64url');
  const inputs = Object.entries(fields).map(([name, value]) => hidden(name, value));
  res.setHeader('content-security-policy', `default-src 'none'; script-src 'nonce-${nonce}'`);
  res.setHeader('referrer-policy', 'strict-origin');
  sendHtml(
    res,
    `<form method="post" action="${escape(action)}">${inputs.join('')}<button>Go on</button></form>
     <script nonce="${nonce}">document.forms[0].submit()</script>`,
  );
}

export function sendText(res: ServerResponse, status: number, text: string): void {
  res.statusCode = status;
  sendHtml(res, `<p>${escape(text)}</p>`);
}

export function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`;
}

function sendHtml(res: ServerResponse, body: string): void {
  res.setHeader('content-type', 'text/html; charset=utf-8');
  res.setHeader('cache-control', 'no-store');
  res.end(`<!doctype html><html lang="en"><title>Fake issuer</title><body>${body}</body></html>`);
}

/** For a page that only this kit reads: these four are all that its parser takes for something else. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
