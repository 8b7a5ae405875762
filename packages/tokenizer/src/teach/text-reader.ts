import { join } from 'node:path';
import { z } from 'zod';
import type { TextWindow } from '../encode/text-windows.ts';
import { readJsonFile } from '../folder/files.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { EncodedRow, RowExample } from './encoded-row.ts';

/** A text or two as the model reads them without a chat template, in one window or several. */
type Texts = readonly [string] | readonly [string, string];

/** Reads texts for a model that answers with labels, places or a vector. */
export type TextReader = {
  windows(texts: Texts, options?: { maxTokens?: number; stride?: number }): TextWindow[];
  /** A window as an example that has no targets yet. */
  example(window: TextWindow): RowExample;
  /** A row of examples, with the control tokens that its texts write out. */
  row(texts: readonly string[], examples: readonly RowExample[]): EncodedRow;
};

const configSchema = z.looseObject({
  model_type: z.string().optional(),
  type_vocab_size: z.int().optional(),
});

/**
 * Opens the reader of the model in `folder`: whether it tells the second text from the first by a type, its config says.
 * @example const reader = await openTextReader('models/lathe-tiny-bert', tokenizer);
 */
export async function openTextReader(folder: string, tokenizer: Tokenizer): Promise<TextReader> {
  const config = await readJsonFile(join(folder, 'config.json'), configSchema);
  // Of the others some templates name types too, and the models know none. BERT's config may leave it out: 2, then.
  const hasTypes = config.model_type === 'bert' && (config.type_vocab_size ?? 2) > 1;
  return {
    windows: (texts, { maxTokens = Infinity, stride = 0 } = {}) =>
      tokenizer.encodeWindows(texts, { maxTokens, stride }),
    example: ({ tokens, typeIds }) => ({
      tokens: Int32Array.from(tokens),
      supervised: new Uint8Array(tokens.length),
      ...(hasTypes && { types: typeIds }),
    }),
    row: (texts, examples) => ({
      examples,
      controlStrings: [...new Set(texts.flatMap((each) => tokenizer.controlStrings(each)))],
      notes: [],
    }),
  };
}
