import type { Page, PageElement } from './page.js';

/**
 * Leaves the page by posting the form in the same tab. The form is in the document only while this runs:
 * the browser takes its fields at once.
 */
export function submitForm(
  { document }: Page,
  action: string,
  fields: Readonly<Record<string, string>>,
): void {
  const form = document.createElement('form');
  // Set as attributes, because a field called `action` hides the property. A <base> of the page must not
  // choose the tab, nor its encoding the characters.
  setAttributes(form, { action, method: 'post', target: '_self', 'accept-charset': 'utf-8', hidden: '' });
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement('input');
    setAttributes(input, { type: 'hidden', name, value });
    form.append(input);
  }
  document.body.append(form);
  try {
    form.submit();
  } finally {
    form.remove();
  }
}

function setAttributes(element: PageElement, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
