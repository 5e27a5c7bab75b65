import { fillPlainText, fillText } from './fill-text.js';
import { markup } from './markup.js';
import type { Markup } from './markup.js';
import type { ChooseAccountPage } from './page.js';
import { actions, button, form, heading, link, paragraph, personText } from './parts.js';
import type { PageParts } from './parts.js';
import type { PageTexts } from './texts.js';

/** The accounts to choose from. None is chosen beforehand: the wrong one would be sent as easily. */
export function chooseAccount(page: ChooseAccountPage, texts: PageTexts): PageParts {
  const { target, person, cancelUrl } = page;
  const values = { target, ...(person === null ? {} : { person: personText(texts, person) }) };
  const say = (name: 'title' | 'person' | 'legend' | 'continue' | 'cancel'): Markup =>
    fillText(texts[`choose-account.${name}`], values);
  const cancel = cancelUrl === null ? [] : [link('other', cancelUrl, say('cancel'))];
  const choices = markup`<fieldset>
<legend>${say('legend')}</legend>
${page.accounts.map(choice)}</fieldset>
${actions(button(say('continue')), ...cancel)}`;
  const who = person === null ? [] : [paragraph(say('person'))];
  return {
    title: fillPlainText(texts['choose-account.title'], values),
    main: markup`${heading(say('title'))}\n${who}${form(page.form, choices)}`,
  };
}

function choice({ id, name }: ChooseAccountPage['accounts'][number]): Markup {
  return markup`<label><input type="radio" name="account_id" value="${id}" required><bdi>${name}</bdi></label>\n`;
}
