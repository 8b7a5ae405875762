import type { UnsureShape } from '@lathe/contracts/artifact/detection';
import type { WireError } from '@lathe/contracts/error';
import type { Shape } from '../lesson/decide.ts';
import type { MeasuredTexts } from '../pack/encoding.ts';
import type { PackedReads } from './packed-reads.ts';
import type { WordCounts } from './word-counts.ts';

/** What comes of each kind of task. */
export type RowResults = {
  readonly detect:
    | { readonly shape: Shape }
    | { readonly error: WireError; readonly seen: UnsureShape };
  readonly open: { readonly templateSha256: string | null };
  readonly read: PackedReads;
  readonly words: WordCounts;
  /** A tokenizer.json. */
  readonly learn: Readonly<Record<string, unknown>>;
  readonly tokens: readonly number[];
  /** Tokens of each text. */
  readonly counts: readonly number[];
  readonly measure: MeasuredTexts;
  /** Of each text, '' where it cannot be told. */
  readonly languages: readonly string[];
  /** The text that each token of each sequence adds. */
  readonly show: readonly string[][];
};
