import { changedFields } from './form.js';
import type { FormChanges, PageForm } from './form.js';
import type { Destination } from './headers.js';
import { navigate } from './navigation.js';
import type { Arrival, Engine, Navigation } from './navigation.js';
import { readPage } from './page.js';
import type { Page, PageRules } from './page.js';
import { DEFAULT_POLICY } from './referrer.js';

/** Options of one visit. */
export interface VisitOptions {
  /** Stops before a redirect to such a URL: `page.stoppedAt` says where, and `goOn` goes on. Default never. */
  readonly stopBefore?: ((url: URL) => boolean) | undefined;
  /** Headers as well, or instead: what a scanner or a prefetcher sends. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | undefined;
  /** Default `document`. Another one is loaded beside the page, and not shown. */
  readonly destination?: Destination | undefined;
}

/** A tab of a browser. All tabs of one browser have the same cookies. */
export interface Tab {
  /** What it shows. @throws TypeError before the first page. */
  readonly page: Page;
  /** Types the address: no page began it. */
  open(url: string, options?: VisitOptions): Promise<Page>;
  /** Follows a link of the page: an absolute URL, or one relative to the page, whether the page has it or not. */
  follow(href: string, options?: VisitOptions): Promise<Page>;
  /** Submits a form: by default the page's first, as it is. */
  submit(form?: PageForm, changes?: FormChanges): Promise<Page>;
  /** The last request once more: a POST too, as if the person had confirmed that. */
  reload(): Promise<Page>;
  /** The page before, asked for again. @throws TypeError where there is none. */
  back(): Promise<Page>;
  /** Goes on with the redirect that it was stopped before. @throws TypeError where there is none. */
  goOn(): Promise<Page>;
  /** Shows this HTML as if it had come from that URL: a page of an attacker, say. Nothing is sent. */
  show(url: string, html: string, headers?: Readonly<Record<string, string>>): Page;
}

interface Shown {
  readonly page: Page;
  readonly rules: PageRules;
  readonly asked: Navigation | null;
  readonly stopped: Navigation | null;
}

/** What a script does is done without a person; more than these in a row are a loop. */
const MAX_AUTOMATIC = 5;

/** A {@link Tab} of the browser that has this engine. */
export class BrowserTab implements Tab {
  readonly #engine: Engine;
  readonly #withScripts: boolean;
  #history: Shown[] = [];

  constructor(engine: Engine, withScripts: boolean) {
    this.#engine = engine;
    this.#withScripts = withScripts;
  }

  get page(): Page {
    return this.#shown().page;
  }

  open(url: string, options: VisitOptions = {}): Promise<Page> {
    return this.#go(visit(new URL(url), null, options));
  }

  follow(href: string, options: VisitOptions = {}): Promise<Page> {
    const shown = this.#shown();
    return this.#go(visit(new URL(href, shown.page.url), shown, options));
  }

  async submit(form?: PageForm, changes: FormChanges = {}): Promise<Page> {
    const shown = this.#shown();
    return this.#go(submission(shown, form ?? firstForm(shown.page), changes));
  }

  async reload(): Promise<Page> {
    const { asked } = this.#shown();
    if (asked === null) throw new TypeError('this page came from nowhere: it cannot be reloaded');
    this.#history.pop();
    return this.#go({ ...asked, headers: { ...asked.headers, 'cache-control': 'max-age=0' } });
  }

  async back(): Promise<Page> {
    const before = this.#history.at(-2);
    if (before === undefined) throw new TypeError('there is no page before this one');
    this.#history.splice(-2);
    if (before.asked !== null) return this.#go(before.asked);
    this.#history.push(before);
    return before.page;
  }

  async goOn(): Promise<Page> {
    const { stopped } = this.#shown();
    if (stopped === null) throw new TypeError('the tab was not stopped before a redirect');
    this.#history.pop();
    return this.#go({ ...stopped, stopBefore: never });
  }

  show(url: string, html: string, headers: Readonly<Record<string, string>> = {}): Page {
    const { content, rules } = readPage(url, headers, html);
    const nothing = { requests: [], failure: null, stoppedAt: null };
    const page = { url: new URL(url).href, status: 200, headers, ...content, ...nothing };
    this.#history.push({ page, rules, asked: null, stopped: null });
    return page;
  }

  async #go(asked: Navigation, automatic = 0): Promise<Page> {
    const shown = toShown(await navigate(this.#engine, asked));
    if (asked.destination !== 'document') return shown.page;
    this.#history.push(shown);
    const form = this.#withScripts && automatic < MAX_AUTOMATIC ? shown.rules.automaticForm : undefined;
    if (form === undefined || shown.page.failure !== null) return shown.page;
    // What a script submits while a page loads takes the page's place in the history.
    this.#history = this.#history.filter((each) => each !== shown);
    const next = { ...submission(shown, form, {}), stopBefore: asked.stopBefore, byUser: false };
    const page = await this.#go(next, automatic + 1);
    return { ...page, requests: [...shown.page.requests, ...page.requests] };
  }

  #shown(): Shown {
    const shown = this.#history.at(-1);
    if (shown === undefined) throw new TypeError('open a page first');
    return shown;
  }
}

const never = (): boolean => false;
const always = (): boolean => true;

function visit(url: URL, from: Shown | null, options: VisitOptions): Navigation {
  return {
    ...{ method: options.method ?? 'GET', url, body: null, byUser: true, before: [], mayGoTo: always },
    initiator: from === null ? null : new URL(from.page.url),
    referrerPolicy: from?.rules.referrerPolicy ?? DEFAULT_POLICY,
    destination: options.destination ?? 'document',
    headers: options.headers ?? {},
    stopBefore: options.stopBefore ?? never,
  };
}

function submission(from: Shown, form: PageForm, changes: FormChanges): Navigation {
  const fields = changedFields(form, changes).toString();
  const url = new URL(form.action);
  const isPost = form.method === 'post';
  if (!isPost) url.search = fields;
  return {
    ...visit(url, from, {}),
    ...(isPost ? { method: 'POST', body: fields } : {}),
    mayGoTo: (target) => from.rules.policy.allowsForm(target),
  };
}

function firstForm(page: Page): PageForm {
  const [form] = page.forms;
  if (form === undefined) throw new TypeError(`${page.url.replace(/\?.*/, '')} has no form to submit`);
  return form;
}

function toShown({ requests, last, body, failure, stopped }: Arrival): Shown {
  const reply = requests.at(-1);
  const headers = reply?.replyHeaders ?? {};
  const url = last.url.href;
  const { content, rules } = readPage(url, headers, failure === null ? body : '');
  const status = failure === null ? (reply?.status ?? 0) : 0;
  const stoppedAt = stopped?.url.href ?? null;
  const page = { url, status, headers, ...content, requests, failure, stoppedAt };
  return { page, rules, asked: { ...last, before: [], stopBefore: never }, stopped };
}
