import { fillPlainText, fillText } from './fill-text.js';
import { markup } from './markup.js';
import type { Markup } from './markup.js';
import type { ContinuePage } from './page.js';
import { actions, button, form, heading, paragraph } from './parts.js';
import type { PageParts } from './parts.js';
import type { PageTexts } from './texts.js';

// The button is disabled against double clicks. It works again when the page comes back from the browser's cache, which
// does not send the form again, and after ten seconds, for a person may have stopped the navigation.
// `submit` is the prototype's: a hidden field of that name would stand in the place of the form's own.
const SEND = `
const form = document.querySelector('form');
const button = form.querySelector('button');
const enable = () => { button.disabled = false; };
const disable = () => { button.disabled = true; setTimeout(enable, 10000); };
form.addEventListener('submit', disable);
addEventListener('pageshow', (event) => { if (event.persisted) enable(); });
disable();
HTMLFormElement.prototype.submit.call(form);
`;

/** A form that sends itself. Without scripts its button does. */
export function onTheWay(page: ContinuePage, texts: PageTexts): PageParts {
  const values = { target: page.target };
  const say = (name: 'title' | 'text' | 'continue'): Markup => fillText(texts[`continue.${name}`], values);
  const sent = form(page.form, actions(button(say('continue'))));
  return {
    title: fillPlainText(texts['continue.title'], values),
    main: markup`${heading(say('title'))}\n${paragraph(say('text'))}${sent}`,
    script: SEND,
  };
}
