import { gzipSync } from 'node:zlib';
import { cutOff, json, raw, startIssuer } from './fake-issuer.js';
import type { Act, FakeIssuer } from './fake-issuer.js';
import { clientOf, rejectionOf, token, validated } from './handoff.js';

let issuer: FakeIssuer;
const start = async (...acts: [Act, ...Act[]]): Promise<FakeIssuer> => (issuer = await startIssuer(...acts));
const request = { targetApp: 'hi-events' };
const jsonType = { 'content-type': 'application/json' };
const sized = (bytes: number): string => JSON.stringify(validated).padEnd(bytes, ' ');

/** JSON that goes on for as long as somebody reads it. */
const endless: Act = (response) => {
  response.writeHead(200, jsonType);
  const write = (): void => {
    if (!response.destroyed) response.write(' '.repeat(16_384), write);
  };
  write();
};

afterEach(() => issuer.close());

describe('a reply', () => {
  it.each<[what: string, act: Act]>([
    ['of 64 KiB', raw(200, sized(64 * 1024), jsonType)],
    [
      'with a charset',
      raw(200, JSON.stringify(validated), { 'content-type': 'application/json;charset=UTF-8' }),
    ],
    [
      'with capitals in its type',
      raw(200, JSON.stringify(validated), { 'content-type': 'Application/JSON' }),
    ],
    ['with a byte order mark', raw(200, `\ufeff${JSON.stringify(validated)}`, jsonType)],
    ['that is compressed', raw(200, gzipSync(sized(1000)), { ...jsonType, 'content-encoding': 'gzip' })],
    ['of status 201', json(201, validated)],
    [
      'in small pieces',
      (response): void => {
        response.writeHead(200, jsonType);
        for (const character of sized(1000)) response.write(character);
        response.end();
      },
    ],
  ])('%s is read', async (_what, act) => {
    const client = clientOf(await start(act));
    await expect(client.redeem(token, request)).resolves.toMatchObject({ user: { id: '456' } });
  });

  it.each<[detail: string, what: string, act: Act]>([
    ['not application/json', 'HTML', raw(200, '<p>hello', { 'content-type': 'text/html' })],
    [
      'not application/json',
      'JSON as text',
      raw(200, JSON.stringify(validated), { 'content-type': 'text/plain' }),
    ],
    ['not application/json', 'JSON of no type', raw(200, JSON.stringify(validated), {})],
    ['not application/json', 'JSON lines', raw(200, '{}', { 'content-type': 'application/jsonl' })],
    ['not application/json', 'nothing at all', raw(204, '', {})],
    ['not JSON', 'an empty body', raw(200, '', jsonType)],
    ['not JSON', 'half of the JSON', raw(200, '{"valid":true,', jsonType)],
    ['not JSON', 'JSON and more', raw(200, `${JSON.stringify(validated)}}`, jsonType)],
    ['not JSON', 'bytes that are not UTF-8', raw(200, Buffer.from('{"name":"\xff"}', 'latin1'), jsonType)],
    ['larger than 64 KiB', '64 KiB and a byte', raw(200, sized(64 * 1024 + 1), jsonType)],
    ['larger than 64 KiB', 'an endless body', endless],
    [
      'larger than 64 KiB',
      '10 MiB that were 10 KiB on the wire',
      raw(200, gzipSync(sized(10 * 2 ** 20)), { ...jsonType, 'content-encoding': 'gzip' }),
    ],
    ['no usable JSON object', 'null', json(200, null)],
    ['no usable JSON object', 'a list', json(200, [validated])],
    ['no usable valid', 'an answer to something else', json(200, { target_app: 'hi-events' })],
    ['no usable valid', 'valid: false', json(200, { ...validated, valid: false })],
    ['no usable user_id', 'a user that is no text', json(200, { ...validated, user_id: { $ne: null } })],
    ['no usable email', 'no e-mail address', json(200, { ...validated, email: undefined })],
  ])('that is %s (%s) signs nobody in', async (detail, _what, act) => {
    const client = clientOf(await start(act), { retries: 0 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'unreadable', attempts: 1 } });
    expect(error).toHaveProperty('cause.message', expect.stringContaining(detail));
  });

  it('that is cut off is a broken connection', async () => {
    const client = clientOf(await start(cutOff), { retries: 0 });
    const error = await rejectionOf(client.redeem(token, request));
    expect(error).toMatchObject({ code: 'store_unavailable', cause: { reason: 'network' } });
  });

  it('that is too large is not read to its end', async () => {
    const client = clientOf(await start(endless), { retries: 0 });
    await rejectionOf(client.redeem(token, request));
    await issuer.abandoned();
    expect(issuer.received).toHaveLength(1);
  });
});
