import { vectors } from './vectors.fixture.ts';

/** Texts with their references; BLEU, chrF and chrF++ of all, and BLEU of the first as a sentence, and of all with words as they stand. */
type Case = [
  rows: [predicted: string, references: string[]][],
  bleu: number,
  chrf: number,
  chrfPlus: number,
  sentence: number,
  plain: number,
];

export const translations = (): Case[] => vectors<Case[]>('translation');

/** Texts and references whose scores are known of sacreBLEU 2.6.0. */
export const goldenTexts: readonly string[] = [
  'The quick brown fox jumped over the lazy dog.',
  'It costs $3,000.50 (approx.)',
  '你好 world',
];
export const goldenReferences = [
  ['The quick brown fox jumps over the lazy dog.', 'It cost about $3,000.50.', '你好 , world'],
  ['A fast brown fox leapt over a lazy dog.', 'The price is $3,000.50 approx.', 'hello world'],
] as const;

export function addUp(rows: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = rows;
  return first.map((value, at) => others.reduce((sum, row) => sum + (row[at] ?? 0), value));
}
