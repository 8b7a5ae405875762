import { asciiPlain, asciiWords } from './ascii-text.ts';

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
 * A prompt without what near-identical prompts differ in: case, accents' encoding, punctuation,
 * spaces and the digits of numbers.
 */
export function normalisedPrompt(prompt: string): string {
  const plain = asciiWords(prompt) ?? plainWords(prompt);
  return plain === '' ? prompt : plain;
}

function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{N}+/gu, '0')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
