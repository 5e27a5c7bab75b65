import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { readCaller, readHeader, readPath } from '../src/request.js';
import type { CrossAppRequest } from '../src/request.js';

const requestWith = (properties: object) =>
  Object.assign(new IncomingMessage(new Socket()), properties) as unknown as CrossAppRequest;

describe('readHeader', () => {
  it('gives every value of a repeated header, in order', () => {
    const rawHeaders = ['X-Session-Token', 'a', 'Host', 'x-session-token', 'x-session-token', 'c'];
    const headers = { 'x-session-token': 'a, c', host: 'x-session-token' };
    expect(readHeader(requestWith({ rawHeaders, headers }), 'x-session-token')).toEqual(['a', 'c']);
  });

  it('reads requests of serverless adapters, which have no raw headers', () => {
    const req = requestWith({ headers: { authorization: 'Bearer a', 'x-many': ['a', 'b'] } });
    expect(readHeader(req, 'authorization')).toEqual(['Bearer a']);
    expect(readHeader(req, 'x-many')).toEqual(['a', 'b']);
    expect(readHeader(req, 'x-none')).toEqual([]);
  });
});

describe('readPath', () => {
  it.each([
    [{ url: '/validate-session', originalUrl: '/api/validate-session?a=b?c' }, '/api/validate-session'],
    [{ url: '/validate-session?a' }, '/validate-session'],
    [{ url: undefined }, ''],
  ])('reads %j', (properties, path) => {
    expect(readPath(requestWith(properties))).toBe(path);
  });
});

describe('readCaller', () => {
  it('knows nothing of a caller that says nothing', () => {
    expect(readCaller(requestWith({ ip: undefined }))).toEqual({
      userAgent: undefined,
      ipAddress: undefined,
    });
  });
});
