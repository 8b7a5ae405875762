import { mayHoldOf } from '../may-hold.ts';

/** A token that is cut out of the text before the model sees it. */
export type AddedToken = {
  id: number;
  content: string;
  /** Left out of decoded text where special tokens are skipped. */
  special: boolean;
  /** Special, or called special by a file beside tokenizer.json: text from users must not hold it. */
  isControl: boolean;
  /** Looked for in the normalised text, not in the text as it is. */
  normalized: boolean;
  /** Counts only where no letter, digit or underscore stands next to it. */
  singleWord: boolean;
  /** Takes the white space before it. */
  stripLeft: boolean;
  /** Takes the white space after it. */
  stripRight: boolean;
};

/** Either one added token or a stretch of ordinary text; `start` counts UTF-16 units. */
type Section = { start: number; text: string; token: number | undefined };

/** Cuts a text at the added tokens in it, longest first where several start at one place. */
export type SectionSplitter = (text: string, special: boolean) => Section[];

/** With `special` control tokens are cut out too; the others always are, as every tokenizer does. */
export function createSectionSplitter(tokens: readonly AddedToken[]): SectionSplitter {
  const byContent = new Map(tokens.map((token) => [token.content, token]));
  const all = matcher(tokens);
  const ordinary = matcher(tokens.filter(({ isControl }) => !isControl));
  const mayHold = mayHoldOf(tokens.map(({ content }) => content));
  return (text, special) => {
    const pattern = special ? all : ordinary;
    if (pattern === undefined || !mayHold(text)) return [{ start: 0, text, token: undefined }];
    const sections: Section[] = [];
    let end = 0;
    for (const { index, 0: content } of text.matchAll(pattern)) {
      const token = byContent.get(content)!;
      const stop = index + content.length;
      if (index < end) continue; // the token before it took this one as white space
      if (token.singleWord && touchesWord(text, index, stop)) continue;
      const from = token.stripLeft ? Math.max(end, blanksBefore(text, index)) : index;
      const to = token.stripRight ? blanksAfter(text, stop) : stop;
      if (from > end) sections.push({ start: end, text: text.slice(end, from), token: undefined });
      sections.push({ start: from, text: text.slice(from, to), token: token.id });
      end = to;
    }
    if (end < text.length) sections.push({ start: end, text: text.slice(end), token: undefined });
    return sections;
  };
}

/** `\w` of Rust's regular expressions. */
const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function touchesWord(text: string, start: number, end: number): boolean {
  const before = [...text.slice(Math.max(start - 2, 0), start)].at(-1) ?? '';
  const after = [...text.slice(end, end + 2)][0] ?? '';
  return wordCharacter.test(before) || wordCharacter.test(after);
}

const blank = /\p{White_Space}/u;

function blanksBefore(text: string, end: number): number {
  let start = end;
  while (start > 0 && blank.test(text.charAt(start - 1))) start--;
  return start;
}

function blanksAfter(text: string, start: number): number {
  let end = start;
  while (end < text.length && blank.test(text.charAt(end))) end++;
  return end;
}

function matcher(tokens: readonly AddedToken[]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const contents = tokens.map(({ content }) => content).sort((a, b) => b.length - a.length);
  return new RegExp(contents.map((content) => RegExp.escape(content)).join('|'), 'gu');
}

/** Prepares a search for control tokens written out in a text: each once, in order of appearance. */
export function createControlFinder(tokens: readonly AddedToken[]): (text: string) => string[] {
  const control = tokens.filter(({ isControl }) => isControl);
  const pattern = matcher(control);
  const mayHold = mayHoldOf(control.map(({ content }) => content));
  return (text) =>
    pattern === undefined || !mayHold(text) ? [] : [...new Set(text.match(pattern) ?? [])];
}
