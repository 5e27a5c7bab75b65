import type { Random } from '../random.js';

/** What a process knows of a token that was issued. */
export interface KnownToken {
  readonly token: string;
  readonly userId: string;
  readonly targetApp: string;
  readonly codeVerifier: string | null;
}

const LIMIT = 2_000;

/** The newest tokens of all processes, so that they meet at the same ones. */
export class KnownTokens {
  readonly #tokens: KnownToken[] = [];

  add(known: KnownToken): void {
    this.#tokens.push(known);
    if (this.#tokens.length > LIMIT) this.#tokens.splice(0, LIMIT / 2);
  }

  /** Mostly one of the newest, which others are at too. */
  pick(random: Random): KnownToken | undefined {
    const age = Math.floor(random() ** 3 * this.#tokens.length);
    return this.#tokens[this.#tokens.length - 1 - age];
  }
}
