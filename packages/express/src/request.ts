import type { IncomingMessage, ServerResponse } from 'node:http';
import { CrossAppError } from '@cross-app/protocol';
import type { Redemption } from '@cross-app/protocol';

declare global {
  // The namespace that @types/express 4 and 5 leave open for exactly this.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /**
       * Who arrived. It is there in handlers behind `crossAppAuth()`, and only there: elsewhere it is
       * undefined whatever its type says.
       */
      crossApp: Redemption;
    }
  }
}

/** A request as both Express 4 and 5 make it, with whatever the host's middleware adds to `Express.Request`. */
export type CrossAppRequest = IncomingMessage & Express.Request;

/** A handler that fits `app.use`, `app.post` and a Router, in the types of Express 4 and of Express 5. */
export type CrossAppHandler = (
  req: CrossAppRequest,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Throws `method_not_allowed` for all but this one: scanners, previews and prefetches GET and HEAD every link. */
export function requireMethod(req: CrossAppRequest, method: 'GET' | 'POST'): void {
  if (req.method !== method) throw new CrossAppError('method_not_allowed', { allow: method });
}

/** What is kept of the caller for audits. */
export function readCaller(req: CrossAppRequest): {
  userAgent: string | undefined;
  ipAddress: string | undefined;
} {
  // Express' `ip`, so that the host's `trust proxy` alone decides whether a forwarded header is believed. Each read of it
  // goes through the header again.
  const ip = 'ip' in req ? req.ip : undefined;
  return { userAgent: req.headers['user-agent'], ipAddress: typeof ip === 'string' ? ip : undefined };
}

/** The path as the caller wrote it, mount path included and query left out. */
export function readPath(req: CrossAppRequest): string {
  const url = 'originalUrl' in req && typeof req.originalUrl === 'string' ? req.originalUrl : req.url;
  return withoutQuery(url);
}

/** The query as the caller wrote it: no parser of the host has read it. */
export function readQuery(req: CrossAppRequest): URLSearchParams {
  const url = req.url ?? '';
  return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '');
}

/** The path below the one that the handler is mounted at. */
export function readPathBelowMount(req: CrossAppRequest): string {
  return withoutQuery(req.url);
}

/**
 * Every value that was sent for a header, in order; its name in lower case. `req.headers` joins the values of a repeated
 * header, or keeps the first alone: then the caller and a proxy before us may have read different ones.
 */
export function readHeader(req: CrossAppRequest, name: string): readonly string[] {
  const joined = req.headers[name];
  if (joined === undefined) return NONE;
  // Not `headersDistinct`, for which Node sorts all headers once more at each request: here one name is looked for.
  const values = req.rawHeaders.filter((_, at, raw) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === name);
  // Adapters for serverless platforms fill in `headers` alone.
  return values.length > 0 ? values : [joined].flat();
}

const NONE: readonly string[] = [];

function withoutQuery(url: string | undefined): string {
  return url?.split('?', 1)[0] ?? '';
}
