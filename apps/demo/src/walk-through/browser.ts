import { parse } from 'node-html-parser';
import type { HTMLElement } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

/** A page as the browser shows it. */
export interface Page {
  readonly url: string;
  readonly status: number;
  /** What is to be read, blanks and lines joined. */
  readonly text: string;
  readonly forms: readonly Form[];
}

/** A form as it would be sent if nobody changed it. */
export interface Form {
  readonly action: string;
  /** The origin of its page, or `null` where the page's Referrer-Policy keeps it to itself. */
  readonly origin: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The values that its radio buttons offer, and their labels. */
  readonly choices: readonly { readonly value: string; readonly label: string }[];
}

type Load =
  | { readonly method: 'GET'; readonly url: string }
  | {
      readonly method: 'POST';
      readonly url: string;
      readonly fields: Readonly<Record<string, string>>;
      readonly origin: string;
    };

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 10_000;

/** Enough of a browser to go through the apps as a person does: cookies, redirects, forms. No JavaScript. */
export class Browser {
  readonly #cookies = new CookieJar();
  readonly #onExchange: (line: string) => void;
  readonly #redirects: string[] = [];

  /** @param onExchange hears of each request and its answer. */
  constructor(onExchange: (line: string) => void = () => undefined) {
    this.#onExchange = onExchange;
  }

  open(url: string): Promise<Page> {
    return this.#load({ method: 'GET', url });
  }

  /** Sends a form, with what the person has filled in. */
  submit({ action, origin, fields }: Form, filledIn: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#load({ method: 'POST', url: action, origin, fields: { ...fields, ...filledIn } });
  }

  /** The value of a cookie that would be sent to `url`. */
  async cookie(url: string, name: string): Promise<string | undefined> {
    const cookies = await this.#cookies.getCookies(url);
    return cookies.find(({ key }) => key === name)?.value;
  }

  /** Where it was last sent, of the places that begin so; what a history or a log would have. */
  lastRedirectTo(prefix: string): string {
    return this.#redirects.filter((url) => url.startsWith(prefix)).at(-1) ?? prefix;
  }

  async #load(first: Load): Promise<Page> {
    let load = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.#exchange(load);
      const location = response.headers.get('location');
      if (location === null) return toPage(load.url, response, await response.text());
      load = { method: 'GET', url: new URL(location, load.url).href };
      this.#redirects.push(load.url);
    }
    throw new RangeError(`more than ${MAX_REDIRECTS} redirects from ${first.url}`);
  }

  async #exchange(load: Load): Promise<Response> {
    const { method, url } = load;
    const response = await fetch(url, {
      method,
      headers: {
        cookie: await this.#cookies.getCookieString(url),
        ...(load.method === 'POST' && { origin: load.origin }),
      },
      body: load.method === 'POST' ? new URLSearchParams(load.fields) : null,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    for (const cookie of response.headers.getSetCookie()) await this.#cookies.setCookie(cookie, url);
    const location = response.headers.get('location');
    const sentTo = location === null ? '' : ` to ${shorten(location)}`;
    this.#onExchange(`${method} ${shorten(url)} → ${response.status}${sentTo}`);
    return response;
  }
}

// A token stays, for whoever reads on has to see that there is one; other long values say nothing to anybody.
function shorten(url: string): string {
  return url.replaceAll(/=(?!handoff_)[^&]{25,}/g, '=…');
}

function toPage(url: string, { status, headers }: Response, html: string): Page {
  const root = parse(html);
  const text = root.querySelector('body')?.structuredText.replaceAll(/\s+/g, ' ').trim() ?? '';
  // As browsers do it (Fetch, "append a request Origin header").
  const origin = headers.get('referrer-policy') === 'no-referrer' ? 'null' : new URL(url).origin;
  const forms = root.querySelectorAll('form').flatMap((form) => toForms(form, { url, origin }));
  return { url, status, text, forms };
}

interface Place {
  readonly url: string;
  readonly origin: string;
}

// One for each place that it can be sent to: a button may name another than the form does.
function toForms(form: HTMLElement, { url, origin }: Place): Form[] {
  const buttons = form.querySelectorAll('button[formaction]').map((each) => each.getAttribute('formaction'));
  return [form.getAttribute('action'), ...buttons].map((action) => ({
    action: new URL(action ?? '', url).href,
    origin,
    ...contentOf(form),
  }));
}

function contentOf(form: HTMLElement): Pick<Form, 'fields' | 'choices'> {
  const inputs = form.querySelectorAll('input[name]');
  const isSent = (input: HTMLElement): boolean =>
    input.getAttribute('type') !== 'radio' || input.hasAttribute('checked');
  const radios = inputs.filter((input) => input.getAttribute('type') === 'radio');
  return {
    fields: Object.fromEntries(
      inputs.filter(isSent).map((input) => [input.getAttribute('name') ?? '', valueOf(input)]),
    ),
    choices: radios.map((radio) => ({
      value: valueOf(radio),
      label: radio.closest('label')?.structuredText.replaceAll(/\s+/g, ' ').trim() ?? '',
    })),
  };
}

function valueOf(input: HTMLElement): string {
  return input.getAttribute('value') ?? '';
}
