import type { ErrorRequestHandler, Express } from 'express';

/** The errors that reach the app's error handlers, which pass them on to Express' own. */
export function recordErrors(app: Express): unknown[] {
  const errors: unknown[] = [];
  // Express knows an error handler by its four parameters.
  // eslint-disable-next-line max-params
  const record: ErrorRequestHandler = (error, _req, _res, next) => {
    errors.push(error);
    next(error);
  };
  app.use(record);
  return errors;
}
