/** Describes every option of every function. */
const PAGE = 'https://github.com/cross-app/cross-app/blob/main/docs/configuration.md';

const LONGEST_SHOWN = 80;

/**
 * The error for an option that must be something else, as all packages word it: `rule` names the option and says what is
 * allowed; the value that was given and the page that describes the option follow. Of a long text only its length is
 * shown, and of a URL neither credentials nor query.
 *
 * @example
 * throw wrongOption('ttlSeconds must be a whole number from 1 to 600', 0);
 * // ttlSeconds must be a whole number from 1 to 600, not 0. See …/docs/configuration.md
 */
export function wrongOption(rule: string, given: unknown): TypeError {
  return mistake(`${rule}, not ${show(given)}`);
}

/**
 * {@link wrongOption} for a secret, or what may hold one: only its kind is shown.
 *
 * @example
 * throw wrongSecret('secret must have at least 32 characters', 'hunter2');
 * // secret must have at least 32 characters, not a text of 7 characters. See …/docs/configuration.md
 */
export function wrongSecret(rule: string, given: unknown): TypeError {
  return mistake(`${rule}, not ${kindOf(given)}`);
}

/**
 * The error for what is wrong with options in another way, which `sentence` says.
 *
 * @example
 * throw mistake('two targets have the same secret; each app needs its own');
 */
export function mistake(sentence: string): TypeError {
  return new TypeError(`${sentence}. See ${PAGE}`);
}

function show(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > LONGEST_SHOWN ? kindOf(value) : JSON.stringify(withoutCredentials(value));
  }
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : kindOf(value);
}

// Of a URL: a password in it, or what a query says.
function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@').replace(/\?.+/, '?…');
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
