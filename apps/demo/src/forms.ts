import { Router, urlencoded } from 'express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import createError from 'http-errors';

/** Reads a form of this app's own pages. One that another site's page sends in the browser's name is refused. */
export const ownForm: RequestHandler = Router().use(
  refuseForeignForms,
  urlencoded({ extended: false, limit: '8kb' }),
);

// Every browser sends the header, and no page can change it. Tools that are no browsers send none.
function refuseForeignForms(req: Request, _res: Response, next: NextFunction): void {
  const from = req.get('sec-fetch-site') ?? 'none';
  if (from === 'same-origin' || from === 'none') next();
  else next(createError(403, 'This form came from another site. Open the page here, and try again.'));
}

/** The text of one field of a form or a JSON body: empty when there is none, or more than one. */
export function readField(req: Request, name: string): string {
  const body: unknown = req.body;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return '';
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : '';
}
