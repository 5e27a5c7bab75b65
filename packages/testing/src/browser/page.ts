import { parse } from 'node-html-parser';
import type { HTMLElement } from 'node-html-parser';
import { readPolicy } from './content-security-policy.js';
import type { Policy } from './content-security-policy.js';
import { readForm } from './form.js';
import type { PageForm } from './form.js';
import { DEFAULT_POLICY, readReferrerPolicy } from './referrer.js';
import type { ReferrerPolicy } from './referrer.js';

/** One request of a browser, and its reply. It holds whatever was sent: tokens and cookies too. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Of the reply; 0 when there was none. */
  readonly status: number;
  /** Of the reply, by lower-case name. */
  readonly replyHeaders: Readonly<Record<string, string>>;
  /** Names of the cookies that it set, and that the browser took. */
  readonly cookiesSet: readonly string[];
}

/** What a tab shows. */
export interface Page {
  /** The last one after redirects. */
  readonly url: string;
  /** 0 when nothing was shown: see `failure`. */
  readonly status: number;
  /** Of the reply, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  /** What a person reads, on one line. */
  readonly text: string;
  readonly forms: readonly PageForm[];
  /** Absolute. */
  readonly links: readonly string[];
  /** All requests that led here, redirects included. */
  readonly requests: readonly SentRequest[];
  /** `unreachable`: nobody plays this origin, or the server hung up. `blocked`: a form that the page's `form-action` forbids. */
  readonly failure: 'unreachable' | 'blocked' | 'too-many-redirects' | null;
  /** Where the redirect leads that the browser was told to stop at. */
  readonly stoppedAt: string | null;
}

/** What a page says of itself, for the tab only. */
export interface PageRules {
  readonly policy: Policy;
  readonly referrerPolicy: ReferrerPolicy;
  /** The form that a script of the page submits at once. */
  readonly automaticForm: PageForm | undefined;
}

/** What {@link Page} shows and {@link PageRules} says, of HTML. */
export function readPage(
  url: string,
  headers: Page['headers'],
  body: string,
): { content: Pick<Page, 'html' | 'text' | 'forms' | 'links'>; rules: PageRules } {
  const root = parse(body, { blockTextElements: { script: true, style: true } });
  const policy = readPolicy(headers, new URL(url));
  const forms = root.querySelectorAll('form').map((form) => readForm(form, url));
  const links = root
    .querySelectorAll('a[href]')
    .flatMap((link) => resolveUrl(link.getAttribute('href'), url));
  const automaticForm = submitsItself(root, policy) ? forms[0] : undefined;
  const meta = root.querySelector('meta[name=referrer]')?.getAttribute('content');
  return {
    content: { html: body, text: visibleText(root), forms, links },
    rules: {
      policy,
      referrerPolicy:
        readReferrerPolicy(meta) ?? readReferrerPolicy(headers['referrer-policy']) ?? DEFAULT_POLICY,
      automaticForm,
    },
  };
}

function submitsItself(root: HTMLElement, policy: Policy): boolean {
  return root.querySelectorAll('script').some((script) => {
    const isSubmit = /\.\s*(?:submit|requestSubmit|click)(?:\.(?:call|apply))?\s*\(/.test(script.rawText);
    return isSubmit && policy.allowsInlineScript(script.getAttribute('nonce'));
  });
}

// Last of all: it takes out what nobody reads.
function visibleText(root: HTMLElement): string {
  const body = root.querySelector('body') ?? root;
  for (const hidden of body.querySelectorAll('script, style, template')) hidden.remove();
  return body.structuredText.replace(/\s+/g, ' ').trim();
}

function resolveUrl(href: string | undefined, base: string): string[] {
  return href !== undefined && URL.canParse(href, base) ? [new URL(href, base).href] : [];
}
