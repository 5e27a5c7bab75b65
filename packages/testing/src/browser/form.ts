import type { HTMLElement } from 'node-html-parser';

/** A form of a page. */
export interface PageForm {
  /** Absolute. */
  readonly action: string;
  readonly method: 'get' | 'post';
  /** What it sends if nothing is changed, its first button included. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Fields to send with another value, or not at all. */
export type FormChanges = Readonly<Record<string, string | null>>;

export function readForm(form: HTMLElement, pageUrl: string): PageForm {
  const method = form.getAttribute('method')?.toLowerCase() === 'post' ? 'post' : 'get';
  const action = form.getAttribute('action') ?? '';
  const controls = form.querySelectorAll('input, select, textarea').flatMap(readControl);
  const button = form.querySelector('button[name]:not([type=button]), input[type=submit][name]');
  const pressed = button === null ? [] : [[nameOf(button), button.getAttribute('value') ?? ''] as const];
  return {
    action: URL.canParse(action, pageUrl) ? new URL(action === '' ? pageUrl : action, pageUrl).href : pageUrl,
    method,
    fields: Object.fromEntries([...controls, ...pressed]),
  };
}

/** What the form sends: its fields with the changes. */
export function changedFields({ fields }: PageForm, changes: FormChanges): URLSearchParams {
  const all = Object.entries({ ...fields, ...changes });
  return new URLSearchParams(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

function readControl(control: HTMLElement): [name: string, value: string][] {
  const name = nameOf(control);
  if (name === '' || control.hasAttribute('disabled')) return [];
  switch (control.tagName) {
    case 'SELECT': {
      const chosen = control.querySelector('option[selected]') ?? control.querySelector('option');
      return chosen === null ? [] : [[name, chosen.getAttribute('value') ?? chosen.textContent.trim()]];
    }
    case 'TEXTAREA':
      return [[name, control.textContent]];
    default:
      return readInput(control, name);
  }
}

function readInput(input: HTMLElement, name: string): [name: string, value: string][] {
  const type = input.getAttribute('type')?.toLowerCase() ?? 'text';
  if (/^(?:submit|button|image|reset|file)$/.test(type)) return [];
  const isChoice = type === 'checkbox' || type === 'radio';
  if (isChoice && !input.hasAttribute('checked')) return [];
  return [[name, input.getAttribute('value') ?? (isChoice ? 'on' : '')]];
}

function nameOf(control: HTMLElement): string {
  return control.getAttribute('name') ?? '';
}
