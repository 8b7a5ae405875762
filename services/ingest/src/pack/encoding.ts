import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Encoding } from '@lathe/contracts/artifact/insight';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { mapTexts } from '../clean/row-texts.ts';

/** What a tokenizer is, and what it makes of some texts. */
export type MeasuredTexts = Pick<Encoding, 'family' | 'vocabulary'> & {
  readonly sample: Omit<Encoding['sample'], 'rows'>;
};

/** The same of a model's own tokenizer. */
export type MeasureTexts = (texts: readonly string[]) => Promise<MeasuredTexts>;

/** What the model's text files are. */
export type EncodingModel = Pick<Encoding, 'model' | 'tokenizerSha256' | 'template'>;

/** With what the tokens of rows are counted, and how well it suits the texts of some of them. */
export async function encodingOf(
  model: EncodingModel,
  rows: readonly CanonicalRow[],
  measure: MeasureTexts,
): Promise<Encoding> {
  const texts: string[] = [];
  for (const row of rows)
    mapTexts(row, (text) => {
      texts.push(text);
      return text;
    });
  const { family, vocabulary, sample } = await measure(texts);
  return { ...model, family, vocabulary, sample: { rows: rows.length, ...sample } };
}

/** Counts what a tokenizer makes of texts. */
export function measureTexts(tokenizer: Tokenizer, texts: readonly string[]): MeasuredTexts {
  const { family, vocabularySize: vocabulary } = tokenizer;
  const sample = { letters: 0, bytes: 0, tokens: 0, unknown: 0, byteTokens: 0 };
  const fallbacks = new Map<number, ReturnType<Tokenizer['fallbackOf']>>();
  for (const text of texts) {
    for (const _ of text) sample.letters++;
    sample.bytes += Buffer.byteLength(text);
    for (const token of tokenizer.encode(text)) {
      sample.tokens++;
      if (!fallbacks.has(token)) fallbacks.set(token, tokenizer.fallbackOf(token));
      const fallback = fallbacks.get(token);
      if (fallback === 'unknown') sample.unknown++;
      if (fallback === 'bytes') sample.byteTokens++;
    }
  }
  return { family, vocabulary, sample };
}
