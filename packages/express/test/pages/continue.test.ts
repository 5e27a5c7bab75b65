import { JSDOM } from 'jsdom';
import type { DOMWindow } from 'jsdom';
import { CONTINUE } from './sample-pages.js';
import { sendSample } from './send-sample.js';

const opened: DOMWindow[] = [];
afterEach(() => {
  for (const window of opened.splice(0)) window.close();
});

/** The page in a browser that runs its script; `sent` are the fields of every form that the script sends. */
async function open(): Promise<{ window: DOMWindow; button: HTMLButtonElement; sent: unknown[] }> {
  const { text } = await sendSample({ page: CONTINUE });
  const sent: unknown[] = [];
  const { window } = new JSDOM(text, {
    runScripts: 'dangerously',
    beforeParse(page) {
      page.HTMLFormElement.prototype.submit = function submit(): void {
        sent.push(Object.fromEntries(new page.FormData(this)));
      };
    },
  });
  opened.push(window);
  const button = window.document.querySelector('button');
  if (button === null) throw new TypeError('the page has a button');
  return { window, button, sent };
}

function show(window: DOMWindow, persisted: boolean): void {
  window.dispatchEvent(new window.PageTransitionEvent('pageshow', { persisted }));
}

describe('the continue page', () => {
  it('sends its form once, at once', async () => {
    const { sent } = await open();
    expect(sent).toEqual([CONTINUE.form.fields]);
  });

  it('has its button off while it is on its way, so that a double click sends nothing', async () => {
    const { window, button, sent } = await open();
    expect(button.disabled).toBe(true);
    show(window, false);
    expect(button.disabled).toBe(true);
    button.click();
    expect(sent).toHaveLength(1);
  });

  it('has its button on again when the browser brings the page back, and does not send itself again', async () => {
    const { window, button, sent } = await open();
    show(window, true);
    expect(button.disabled).toBe(false);
    expect(sent).toHaveLength(1);
    window.document.querySelector('form')?.dispatchEvent(new window.Event('submit'));
    expect(button.disabled).toBe(true);
  });

  it('has a button that works where no script runs', async () => {
    const { text } = await sendSample({ page: CONTINUE });
    const button = new JSDOM(text).window.document.querySelector('form button');
    expect(button?.outerHTML).toBe('<button>Continue to <bdi>Hi.Events</bdi></button>');
  });
});
