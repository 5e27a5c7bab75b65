import type { ServerResponse } from 'node:http';

/**
 * Sends the browser elsewhere with 303, so that it GETs whatever it did before: with 307 it would post the token on.
 * There is no body, for one that names the address would be a page of somebody else's making.
 */
export function sendSeeOther(res: ServerResponse, location: string): void {
  // On a redirect it would ask the browser to wait before it follows (RFC 9110, section 10.2.3).
  res.removeHeader('Retry-After');
  res.writeHead(303, {
    Location: location,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Content-Length': 0,
  });
  res.end();
}

/** Answers a browser that only looks ahead: it asks again once the person comes. Nothing is used up or set. */
export function sendNothingYet(res: ServerResponse): void {
  res.writeHead(503, { 'Cache-Control': 'no-store', 'Content-Length': 0 });
  res.end();
}
