import { PARTIES } from './exchange.js';
import type { Exchange } from './exchange.js';

/** What a person began, and everything that followed from it. */
export interface Story {
  readonly title: string;
  readonly startedAt: Date;
  readonly steps: readonly Step[];
}

/** An exchange as the page shows it. */
interface Step {
  /** Such as `Browser` and `Tuvens`. */
  readonly from: string;
  readonly to: string;
  /** Where its arrow is, for the style sheet: `browser-tuvens`. */
  readonly lanes: string;
  readonly call: string;
  readonly outcome: string;
  readonly duration: string;
  readonly meaning: string;
  readonly isRefused: boolean;
}

// Whoever reads a page for so long begins something new with the next click.
const PAUSE_MS = 15_000;
const OTHERWISE = 'Looking around';

/** Tells them apart, the last one first. */
export function tellStories(exchanges: readonly Exchange[]): readonly Story[] {
  const chapters: Exchange[][] = [];
  for (const exchange of exchanges) {
    const chapter = chapters.at(-1);
    if (chapter === undefined || beginsAnother(exchange, chapter)) chapters.push([exchange]);
    else chapter.push(exchange);
  }
  return chapters.map(toStory).reverse();
}

function beginsAnother(exchange: Exchange, chapter: readonly Exchange[]): boolean {
  const before = chapter.at(-1);
  if (before !== undefined && exchange.startedAt - before.startedAt > PAUSE_MS) return true;
  return exchange.story !== null && chapter.some(({ story }) => story === null || story !== exchange.story);
}

function toStory(chapter: readonly Exchange[]): Story {
  const [first] = chapter;
  return {
    title: first?.story ?? OTHERWISE,
    startedAt: new Date(first?.startedAt ?? 0),
    steps: chapter.map(toStep),
  };
}

function toStep({ caller, callee, durationMs, ...exchange }: Exchange): Step {
  const { call, outcome, meaning, isRefused } = exchange;
  const from = PARTIES[caller];
  const to = PARTIES[callee];
  const duration = `${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`;
  return { from, to, lanes: `${caller}-${callee}`, call, outcome, duration, meaning, isRefused };
}
