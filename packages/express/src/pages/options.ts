import { mistake, wrongOption } from '@cross-app/protocol';
import { refuseUnknownKeys, requireFunction } from '../options.js';
import { placeholdersOf } from './fill-text.js';
import type { CrossAppPage } from './page.js';
import { ENGLISH, PLACEHOLDERS } from './texts.js';
import type { PageTexts } from './texts.js';

/** What `render` gets beside the page. */
export interface PageContext {
  /** Without `nonce="…"` the browser runs no script and applies no style of this page. New for every page. */
  readonly nonce: string;
  readonly lang: string;
  /** All texts, those of the host among them. */
  readonly texts: PageTexts;
  /** The page as it would be sent without `render`. */
  readonly defaultHtml: string;
}

/** The looks and the words of the pages that this package shows. */
export interface PageOptions {
  /** Other words, by name. Default English. What is not given stays as it is; an unknown name is a TypeError. */
  readonly texts?: Partial<PageTexts> | undefined;
  /** The language of the texts, as in the HTML attribute: `de`, `pt-BR`. Default `en`. */
  readonly lang?: string | undefined;
  /**
   * A page of the host's own as HTML, or `context.defaultHtml` for those that stay. Every value of `page` must be
   * escaped in it. Nothing can be loaded from anywhere: what it needs stands in it, style and script with the nonce.
   * What it throws goes to `next`.
   */
  render?(page: CrossAppPage, context: PageContext): string;
}

/** {@link PageOptions} with everything filled in. */
export interface Pages {
  readonly texts: PageTexts;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  readonly render: (page: CrossAppPage, context: PageContext) => string;
}

const RIGHT_TO_LEFT = ['Adlm', 'Arab', 'Hebr', 'Nkoo', 'Rohg', 'Syrc', 'Thaa'];

/** The options with their defaults. `of` is whose they are, for the TypeErrors. */
export function resolvePages(of: string, options: PageOptions | undefined = {}): Pages {
  refuseUnknownKeys(`${of}: pages`, options, ['texts', 'lang', 'render']);
  const { texts = {}, lang = 'en' } = options;
  if (options.render !== undefined) {
    const rule = `${of}: pages.render takes (page, { nonce, lang, texts, defaultHtml }) and gives HTML`;
    requireFunction(rule, options, 'render');
  }
  return {
    texts: resolveTexts(`${of}: pages.texts`, texts),
    lang,
    dir: directionOf(`${of}: pages.lang`, lang),
    render: options.render?.bind(options) ?? ((_page, { defaultHtml }) => defaultHtml),
  };
}

function resolveTexts(of: string, texts: Partial<PageTexts>): PageTexts {
  refuseUnknownKeys(of, texts, Object.keys(ENGLISH));
  for (const [key, text] of Object.entries(texts)) requireText(`${of}[${JSON.stringify(key)}]`, key, text);
  return { ...ENGLISH, ...texts };
}

function requireText(of: string, key: string, text: unknown): void {
  if (typeof text !== 'string' || text.trim() === '') throw wrongOption(`${of} must be a text`, text);
  const group = key.split('.', 1)[0] ?? '';
  const known = Object.entries(PLACEHOLDERS).find(([name]) => name === group)?.[1] ?? [];
  const unknown = placeholdersOf(text).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw mistake(`${of} has no {${unknown}}; it may use ${known.map((name) => `{${name}}`).join(', ')}`);
}

function directionOf(of: string, lang: string): 'ltr' | 'rtl' {
  try {
    const { script } = new Intl.Locale(lang).maximize();
    return RIGHT_TO_LEFT.includes(script ?? '') ? 'rtl' : 'ltr';
  } catch {
    throw wrongOption(`${of} must be a language tag such as en or pt-BR`, lang);
  }
}
