import type { Random } from '../random.js';
import type { Stage } from '../run/stage.js';

/** Something that goes wrong for a while. */
export interface Fault {
  readonly name: string;
  /** How often it strikes beside others of its kind. Default 1. */
  readonly weight?: number;
  /** Resolves when what it broke is whole again. */
  readonly strike: (stage: Stage, random: Random) => Promise<void>;
}
