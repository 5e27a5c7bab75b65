import { redactTokens } from '@cross-app/protocol';
import type { Browser } from '../browser/browser.js';
import type { SentRequest } from '../browser/page.js';
import type { Rule } from './rules.js';
import { RULES } from './rules.js';
import type { Handoff } from './setup.js';

/** Whether the target app keeps a rule. */
export interface Finding {
  readonly rule: Rule;
  readonly ok: boolean;
  /** What was tried, and what came of it. No token is in it. */
  readonly detail: string;
}

/** A request of an attack, with tokens taken out. */
export interface ReportedRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
}

/** What a hostile visitor did, and what came of it. */
export interface AttackReport {
  /** The visitor's name. */
  readonly attack: string;
  /** Those of the visitor, and not those of the person whom it visits. */
  readonly requests: readonly ReportedRequest[];
  /** Whether the visitor used a token up. */
  readonly consumed: boolean;
  /** Names of the cookies that the target app gave to the visitor. */
  readonly cookiesSet: readonly string[];
  /** Whether somebody was signed in who should not be. */
  readonly signedIn: boolean;
  readonly findings: readonly Finding[];
}

/** Writes the report while an attack runs. */
export class Recorder {
  readonly #handoff: Handoff;
  readonly #attack: string;
  readonly #requests: (readonly SentRequest[])[] = [];
  readonly #findings: Finding[] = [];
  #consumed = false;
  #signedIn = false;

  constructor(handoff: Handoff, attack: string) {
    this.#handoff = handoff;
    this.#attack = attack;
  }

  /** The requests of this browser are the visitor's. */
  watch(browser: Browser): Browser {
    this.#requests.push(browser.requests);
    return browser;
  }

  note(rule: Rule, ok: boolean, detail: string): void {
    const text = ok ? detail : `${detail}: ${RULES[rule]}`;
    this.#findings.push({ rule, ok, detail: redactTokens(text) });
  }

  /** Notes whether the token, or the issuer's last one, is still unused after the visitor had it. */
  async noteUnused(rule: Rule, detail: string, token?: string): Promise<boolean> {
    const { issuer } = this.#handoff;
    const looked = token ?? issuer.issued.at(-1);
    const isUsed = looked !== undefined && (await issuer.isUsed(looked));
    this.#consumed ||= isUsed;
    this.note(rule, !isUsed, detail);
    return !isUsed;
  }

  /** Notes whether these requests gave nobody a cookie, beside those that any page of the host gives. */
  async noteNoCookie(rule: Rule, detail: string, requests: readonly SentRequest[]): Promise<void> {
    const { requests: usual } = await this.#handoff.newBrowser().open(`${this.#handoff.origin}/`);
    const given = (from: readonly SentRequest[]): string[] => from.flatMap(({ cookiesSet }) => cookiesSet);
    const isSilent = given(requests).every((name) => given(usual).includes(name));
    this.note(rule, isSilent, detail);
  }

  /** Notes whether the browser is signed in as nobody but this person, or as nobody at all. */
  async noteNotSignedIn(rule: Rule, browser: Browser, expected: NotSignedIn): Promise<void> {
    const found = await this.#handoff.signedInAs(browser);
    const ok = found === null || found === expected.except;
    this.#signedIn ||= !ok;
    this.note(rule, ok, expected.detail);
  }

  report(): AttackReport {
    const all = this.#requests.flat();
    const own = all.filter(({ url }) => new URL(url).origin === this.#handoff.origin);
    return {
      attack: this.#attack,
      requests: all.map(({ method, url, status }) => ({ method, url: redactTokens(url), status })),
      consumed: this.#consumed,
      cookiesSet: [...new Set(own.flatMap(({ cookiesSet }) => cookiesSet))],
      signedIn: this.#signedIn,
      findings: this.#findings,
    };
  }
}

/** What {@link Recorder.noteNotSignedIn} looks for. */
export interface NotSignedIn {
  readonly detail: string;
  /** Who may be signed in there. Default nobody. */
  readonly except?: string;
}
