import { isNativeError } from 'node:util/types';
import { isCrossAppError, redactTokens } from '@cross-app/protocol';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import createError, { isHttpError } from 'http-errors';

/** Takes one line about what went wrong. No line holds a token or a secret. */
export type Log = (line: string) => void;

interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
}

/** For what no route has answered. */
export const notFound: RequestHandler = (_req, _res, next) => {
  next(createError(404, 'There is no such page.'));
};

/** Answers errors with the page `error`. `backUrl` is where the person can start again. */
export function errorPage(log: Log, backUrl: string): ErrorRequestHandler {
  return errorHandler(log, (res, { message }) => {
    res.render('error', { message, backUrl });
  });
}

/** Answers errors as JSON. */
export function errorJson(log: Log): ErrorRequestHandler {
  return errorHandler(log, (res, { status, message }) => {
    res.json({ statusCode: status, message });
  });
}

function errorHandler(log: Log, send: (res: Response, reply: ErrorReply) => void): ErrorRequestHandler {
  // eslint-disable-next-line max-params -- by these four Express knows an error handler
  return (error: unknown, _req, res, next) => {
    logError(log, error);
    if (res.headersSent) {
      next(error); // Express cuts the connection, so that nobody takes half a page for a whole one
      return;
    }
    const reply = toReply(error);
    send(res.status(reply.status).set(reply.headers), reply);
  };
}

/** What a caller may know of an error. The reason why a token was refused is not part of it. */
function toReply(error: unknown): ErrorReply {
  if (isCrossAppError(error)) return error;
  if (isHttpError(error) && error.expose) {
    return { status: error.status, headers: {}, message: error.message };
  }
  return { status: 500, headers: {}, message: 'Something went wrong here. Try again shortly.' };
}

function logError(log: Log, error: unknown): void {
  if (isCrossAppError(error)) {
    log(redactTokens(`refused: ${[error.code, causeOf(error)].filter(Boolean).join(', ')}`));
  } else if (!isHttpError(error) || !error.expose) {
    log(redactTokens(`failed: ${String(error)}`));
  }
}

// Only where no answer could be had: the cause then says which part of the machinery is broken.
function causeOf({ code, cause }: { readonly code: string; readonly cause?: unknown }): string {
  return code === 'store_unavailable' && isNativeError(cause) ? cause.message : '';
}
