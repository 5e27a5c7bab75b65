import escapeHtml from 'escape-html';

/** HTML that may stand in a page as it is. Only {@link markup} and {@link trusted} make it. */
export interface Markup {
  readonly html: string;
}

/** What may be put into a template: text is escaped, markup is not. */
type Inserted = string | Markup | readonly Markup[];

/**
 * A template that escapes every text put into it, for text and for attributes in double quotes.
 *
 * @example
 * markup`<p title="${'"'}">${'<'}</p>`.html; // <p title="&quot;">&lt;</p>
 */
export function markup(parts: TemplateStringsArray, ...inserted: readonly Inserted[]): Markup {
  const pieces = parts.map((part, index) => part + written(inserted[index] ?? ''));
  return { html: pieces.join('') };
}

/** A constant of this package as markup: nothing that came from anywhere else. */
export function trusted(html: string): Markup {
  return { html };
}

function written(inserted: Inserted): string {
  if (typeof inserted === 'string') return escapeHtml(inserted);
  return [inserted].flat().map(readHtml).join('');
}

const readHtml = ({ html }: Markup): string => html;
