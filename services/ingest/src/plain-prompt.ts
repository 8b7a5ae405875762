import { asciiPlain } from './ascii-text.ts';
import { groupWords } from './group-words.ts';

/**
 * What a row asks without case, blanks and the signs that end words; numbers and all other signs stay, since a sum of other
 * numbers is another question.
 */
export function plainPrompt(prompt: string): string {
  const ascii = asciiPlain(prompt);
  if (ascii !== undefined) return ascii;
  return prompt
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[.,;:!?"'’”…]+(?=\s|$)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/**
 * A prompt without what near-identical prompts differ in: case, accents' encoding, punctuation, spaces and the digits of numbers, but
 * for those that are calculated with.
 */
export function normalisedPrompt(prompt: string): string {
  const plain = groupWords(prompt);
  return plain === '' ? prompt : plain;
}
