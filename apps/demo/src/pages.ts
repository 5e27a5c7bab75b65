import { join } from 'node:path';
import ejs from 'ejs';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import helmet, { contentSecurityPolicy } from 'helmet';

// Nothing from elsewhere, no script, and no page of ours in somebody's frame.
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Where pages come from, and whose they are. */
export interface PageOptions {
  /** The folder with `views` and `public`. */
  readonly folder: string;
  readonly site: { readonly id: string; readonly name: string };
}

/** Renders the views and serves the public files, with the headers that every page needs. */
export function servePages(app: Express, { folder, site }: PageOptions): void {
  app.engine('ejs', (path, data, done) => {
    ejs.renderFile(path, data, done);
  });
  app.set('view engine', 'ejs');
  app.set('views', join(folder, 'views'));
  app.locals['site'] = site;
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: POLICY },
      xFrameOptions: { action: 'deny' },
      referrerPolicy: { policy: 'no-referrer' },
      // On localhost it would switch every other project there to https. Leave it on in yours.
      strictTransportSecurity: false,
    }),
  );
  app.use(express.static(join(folder, 'public'), { index: false }));
  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
}

/**
 * Lets one page run the scripts of `public`, which may call this app, and post to another origin too. That one is told
 * whose form it is: with `no-referrer` browsers send `Origin: null`.
 */
export function allowScriptsAndPostTo(origin: string): RequestHandler {
  const directives = {
    ...POLICY,
    formAction: ["'self'", origin],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
  };
  const setPolicy = contentSecurityPolicy({ useDefaults: false, directives });
  return (req, res, next) => {
    res.set('Referrer-Policy', 'strict-origin');
    setPolicy(req, res, next);
  };
}

/**
 * Lets forms of one page end at another origin. Chromium asks for that of every redirect after them too: whoever signs
 * in because Hi.Events has asked is on the way there.
 */
export function allowFormsTo(origin: string): RequestHandler {
  const directives = { ...POLICY, formAction: ["'self'", origin] };
  return contentSecurityPolicy({ useDefaults: false, directives });
}
