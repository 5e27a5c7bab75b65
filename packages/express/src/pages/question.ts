import { fillPlainText, fillText } from './fill-text.js';
import { markup } from './markup.js';
import type { Markup } from './markup.js';
import type { ConfirmPage, SwitchPage } from './page.js';
import { actions, button, form, heading, link, paragraph, personText, shortName } from './parts.js';
import type { PageParts } from './parts.js';
import type { PageTexts } from './texts.js';

type Question = ConfirmPage | SwitchPage;

/** The pages that ask before somebody is signed in. */
export function question(page: Question, texts: PageTexts): PageParts {
  const { kind } = page;
  const values = valuesOf(page, texts);
  const say = (name: 'title' | 'text' | 'account' | 'warning' | 'continue' | 'cancel'): Markup =>
    fillText(texts[`${kind}.${name}`], values);
  const account = page.account === null ? [] : [paragraph(say('account'))];
  const answers = actions(button(say('continue')), link('other', page.cancelUrl, say('cancel')));
  const words = [paragraph(say('text')), ...account, paragraph(say('warning'))];
  return {
    title: fillPlainText(texts[`${kind}.title`], values),
    main: markup`${heading(say('title'))}\n${words}${form(page.form, answers)}`,
  };
}

function valuesOf(page: Question, texts: PageTexts): Record<string, string> {
  const { source, target, person, account } = page;
  return {
    source,
    target,
    person: personText(texts, person),
    name: shortName(person),
    ...(account === null ? {} : { account }),
    ...(page.kind === 'confirm'
      ? {}
      : { current: personText(texts, page.current), currentName: shortName(page.current) }),
  };
}
