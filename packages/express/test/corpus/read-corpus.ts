import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One case of the corpus, in its own words. */
export interface CorpusCase {
  readonly group: string;
  readonly name: string;
  readonly input: unknown;
  readonly expect: string;
}

interface Corpus {
  readonly meta: { readonly counts: Readonly<Record<string, number>> };
  readonly cases: readonly CorpusCase[];
}

export const CORPUS = JSON.parse(readFileSync(join(__dirname, 'bad-input.json'), 'utf8')) as Corpus;

/** What stands for a placeholder such as `$VALID`. */
export type Fill = (text: string) => string;

/** The input with its notation written out: repeated, joined, as bytes, compressed, placeholders filled in. */
export function expand(input: unknown, fill: Fill = (text) => text): unknown {
  if (typeof input === 'string') return fill(input);
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) return input.map((item) => expand(item, fill));
  const { $repeat, $times = 0, $concat, $hex, $gzip, $literal } = input as Notation;
  if ($repeat !== undefined) return $repeat.repeat($times);
  if ($concat !== undefined) return $concat.map((part) => expand(part, fill)).join('');
  if ($hex !== undefined) return Buffer.from($hex, 'hex');
  if ($gzip !== undefined) return gzipSync(String(expand($gzip, fill)));
  if ($literal !== undefined) return $literal;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, expand(value, fill)]));
}

interface Notation {
  readonly $repeat?: string;
  readonly $times?: number;
  readonly $concat?: readonly unknown[];
  readonly $hex?: string;
  readonly $gzip?: unknown;
  readonly $literal?: string;
}
