import { pageAddress } from './addresses.js';
import { fillPlainText } from './fill-text.js';
import { markup } from './markup.js';
import type { Markup } from './markup.js';
import type { PageForm, PagePerson } from './page.js';
import type { PageTexts } from './texts.js';

/** What a page puts between the frame that all pages share. */
export interface PageParts {
  /** Of the window; the heading has the same words. */
  readonly title: string;
  /** All of `main`, with the one `h1`. */
  readonly main: Markup;
  /** A constant of this package. */
  readonly script?: string;
}

/** A form that posts the fields, with what is seen of it. */
export function form({ action, fields }: PageForm, seen: Markup): Markup {
  const hidden = Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">\n`,
  );
  const url = pageAddress('the action of a page', action);
  // Without autocomplete="off" Firefox fills in the values, and the disabled button, of an earlier visit.
  return markup`<form method="post" action="${url}" autocomplete="off">\n${hidden}${seen}\n</form>`;
}

/** A link that is one of the answers to the page's question. */
export function link(kind: 'button' | 'other', url: string, words: Markup): Markup {
  return markup`<a class="${kind}" href="${pageAddress('a link of a page', url)}">${words}</a>`;
}

/** What a person can do, side by side where there is room. */
export function actions(...each: readonly Markup[]): Markup {
  return markup`<p class="actions">\n${each.map((action) => markup`${action}\n`)}</p>`;
}

export function heading(words: Markup): Markup {
  return markup`<h1>${words}</h1>`;
}

export function paragraph(words: Markup): Markup {
  return markup`<p>${words}</p>\n`;
}

export function button(words: Markup): Markup {
  return markup`<button>${words}</button>`;
}

/** Somebody in words. A person without a name has an address. */
export function personText(texts: PageTexts, { name, email }: PagePerson): string {
  if (name === '') return email ?? '';
  return email === null ? name : fillPlainText(texts['person.with-email'], { name, email });
}

/** Somebody in few words, for a button. */
export function shortName({ name, email }: PagePerson): string {
  return name === '' ? (email ?? '') : name;
}
