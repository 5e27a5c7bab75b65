import { markup } from './markup.js';
import type { Markup } from './markup.js';

/** What stands for `{name}` in a text, by name. */
type TextValues = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(\w+)\}/;

/** The names in braces of a text. */
export function placeholdersOf(text: string): string[] {
  return text.split(PLACEHOLDER).filter((_, index) => index % 2 === 1);
}

/**
 * The text with its values. Each stands in a `bdi`, so that a name in Arabic, or one with direction marks in it, does
 * not turn the sentence around it.
 */
export function fillText(text: string, values: TextValues): Markup {
  const pieces = text.split(PLACEHOLDER);
  const filled = pieces.map((piece, index) =>
    index % 2 === 0 ? markup`${piece}` : markup`<bdi>${values[piece] ?? ''}</bdi>`,
  );
  return markup`${filled}`;
}

/** The same for a place that takes no markup, such as the title of a page. */
export function fillPlainText(text: string, values: TextValues): string {
  const pieces = text.split(PLACEHOLDER);
  const filled = pieces.map((piece, index) =>
    index % 2 === 0 ? piece : withoutDirectionMarks(values[piece] ?? ''),
  );
  return filled.join('');
}

function withoutDirectionMarks(value: string): string {
  return value.replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}
