import { TOKEN_PATTERN } from '@cross-app/protocol';
import { readQuery } from '../request.js';
import type { CrossAppRequest } from '../request.js';

// Headers and fields that hold no secret by what they are. Of the others nobody knows.
const PLAIN_HEADER =
  /^(accept(-.+)?|cache-control|connection|content-.+|date|expect|forwarded|host|keep-alive|origin|pragma|priority|referer|sec-.+|te|traceparent|tracestate|transfer-encoding|user-agent|via|x-forwarded-.+|x-real-ip|x-request-id)$/;
const PLAIN_FIELD =
  /^(account_id|all|code_challenge|event_data|issued_before|permission|redeemed|redemption_id|resource_id|source_app|target_app|user_id)$/;
const TOKENS = new RegExp(TOKEN_PATTERN, 'g');
const MAX_LENGTH = 8_000;

/** Every value in the request that may be a secret, in each form that a host may have read it in. */
export function secretsOf(req: CrossAppRequest): readonly string[] {
  const values = [...headerValues(req), ...readQuery(req).values(), ...fieldValues(req), ...tokens(req)];
  return values.filter((value) => value !== '').map((value) => value.slice(0, MAX_LENGTH));
}

function headerValues(req: CrossAppRequest): readonly string[] {
  return Object.entries(req.headers)
    .filter(([name]) => !PLAIN_HEADER.test(name))
    .flatMap(([name, value]) =>
      [value ?? []].flat().flatMap((text) => (name === 'cookie' ? readCookies(text) : readCredential(text))),
    );
}

function readCookies(header: string): readonly string[] {
  const values = header.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1).trim());
  return [...values, ...values.map(decodeUri)];
}

// HTTP Basic is base64 of what the host compares.
function readCredential(header: string): readonly string[] {
  const [, encoded] = /^basic +(.+)$/i.exec(header) ?? [];
  if (encoded === undefined) return [header];
  const decoded = Buffer.from(encoded, 'base64').toString();
  return [encoded, decoded.slice(decoded.indexOf(':') + 1)];
}

// They are also where they should not be, such as in a Referer.
function tokens(req: CrossAppRequest): readonly string[] {
  return [req.url ?? '', ...Object.values(req.headers)].flatMap((value) => String(value).match(TOKENS) ?? []);
}

function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fieldValues(req: CrossAppRequest): readonly string[] {
  const body: unknown = 'body' in req ? req.body : undefined;
  if (typeof body === 'string') return [body];
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body)
    .filter(([name]) => !PLAIN_FIELD.test(name))
    .flatMap(([, value]: [string, unknown]) => (typeof value === 'string' ? [value] : []));
}
