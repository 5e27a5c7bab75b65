import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder for one test's child processes: what they leave behind is seen in it. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'scratch-'));

  constructor() {
    chmodSync(this.path, 0o711); // PostgreSQL's user must get through
  }

  leftovers(): string[] {
    return readdirSync(this.path)
      .filter((name) => name.startsWith('cross-app'))
      .map((name) => join(this.path, name));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
