import { fillPlainText, fillText } from './fill-text.js';
import { markup } from './markup.js';
import type { Markup } from './markup.js';
import type { ErrorPage } from './page.js';
import { actions, heading, link, paragraph } from './parts.js';
import type { PageParts } from './parts.js';
import type { PageTexts } from './texts.js';

/** What went wrong, and the one thing to do. */
export function failed(page: ErrorPage, texts: PageTexts): PageParts {
  const { problem, errorId } = page;
  const values = page.next === null ? {} : { app: page.next.app };
  const say = (name: 'title' | 'text'): Markup => fillText(texts[`${problem}.${name}`], values);
  const id = markup`<p class="quiet">${fillText(texts['error.id'], { id: errorId })}</p>`;
  return {
    title: fillPlainText(texts[`${problem}.title`], values),
    main: markup`${heading(say('title'))}\n${paragraph(say('text'))}${next(page, texts)}\n${id}`,
  };
}

function next({ problem, next: to }: ErrorPage, texts: PageTexts): Markup {
  if (to === null) return paragraph(fillText(texts['error.no-next'], {}));
  return actions(link('button', to.url, fillText(texts[`${problem}.next`], { app: to.app })));
}
