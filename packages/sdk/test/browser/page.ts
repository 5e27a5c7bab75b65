import { JSDOM } from 'jsdom';

/** A form at the moment it was submitted. */
interface Submission {
  readonly action: string | null;
  readonly method: string | null;
  readonly target: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly isInDocument: boolean;
}

/** A page as the global `window` and `document`, until it is closed. */
export interface TestPage {
  readonly submissions: Submission[];
  /** Everything that a script of the page could find later. */
  readonly remains: () => string;
  /** Shows the page again, from the back/forward cache or not. */
  readonly show: (persisted: boolean) => void;
  readonly close: () => void;
}

export function openPage(url: string): TestPage {
  const { window } = new JSDOM('<!doctype html><body><button>Add ticketing</button></body>', { url });
  const submissions: Submission[] = [];
  // The one thing that jsdom has not: leaving the page.
  window.HTMLFormElement.prototype.submit = function submit() {
    submissions.push(submissionOf(this));
  };
  Object.assign(globalThis, { window, document: window.document });
  return {
    submissions,
    remains: () =>
      [
        window.document.documentElement.outerHTML,
        window.location.href,
        JSON.stringify([window.localStorage, window.sessionStorage, window.document.cookie]),
        Object.keys(window).join(' '),
      ].join('\n'),
    show: (persisted) => {
      window.dispatchEvent(new window.PageTransitionEvent('pageshow', { persisted }));
    },
    close: () => {
      Reflect.deleteProperty(globalThis, 'window');
      Reflect.deleteProperty(globalThis, 'document');
      window.close();
    },
  };
}

function submissionOf(form: HTMLFormElement): Submission {
  const inputs = [...form.querySelectorAll('input')];
  return {
    action: form.getAttribute('action'),
    method: form.getAttribute('method'),
    target: form.getAttribute('target'),
    fields: Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
    isInDocument: form.isConnected,
  };
}
