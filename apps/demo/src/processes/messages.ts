import type { AppUrls } from '../apps.js';
import type { Settings } from '../settings.js';

/** What an app's process is told, one after the other. When nobody can tell it any more, it ends. */
export type ToApp =
  | {
      readonly kind: 'listen';
      readonly settings: Settings;
      readonly databaseUrl: string;
      readonly folder: string;
    }
  | ({ readonly kind: 'serve' } & AppUrls);

/** What it says: one answer to each message, and lines for the log in between. */
export type FromApp =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'serving' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'log'; readonly line: string };

/** What it answers. */
export type Answer = Exclude<FromApp, { readonly kind: 'log' }>;
