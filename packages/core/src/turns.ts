/** Lets so many go on at once; the others wait in the order in which they came. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Calls back when it is the caller's turn, never at once: what else this tick brings may go with it. */
  take(callback: () => void): void {
    if (this.#free === 0) {
      this.#waiting.push(callback);
      return;
    }
    this.#free -= 1;
    setImmediate(callback);
  }

  /** To be called once for each turn that was taken. */
  end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else setImmediate(next);
  }
}
