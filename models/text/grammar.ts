import type { Random } from './random.ts';

/** Gives the text for a slot such as `{item}`. */
export type Slots = Readonly<Record<string, (random: Random) => string>>;

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly name: string }
  | { readonly kind: 'choice'; readonly choices: readonly (readonly Part[])[] };

const parsed = new Map<string, readonly Part[]>();

/**
 * Writes one text of a pattern. `[a|b|]` stands for one of its alternatives (an empty one allowed, nesting
 * allowed), `{name}` for what the slot of that name gives. The result is tidied: single spaces, `an` before
 * a vowel, a capital at the start of each sentence.
 *
 * @throws Error naming the pattern for an unknown slot or an unclosed bracket
 */
export function expand(pattern: string, random: Random, slots: Slots): string {
  return tidy(write(partsOf(pattern), { pattern, random, slots }));
}

/** Splits a block of text into its lines, trimmed, blank ones left out: a readable list of patterns. */
export function lines(block: string): readonly string[] {
  return block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Splits words or phrases that commas separate; line breaks do not matter. */
export function words(block: string): readonly string[] {
  return block
    .split(',')
    .map((word) => word.trim().replace(/\s+/g, ' '))
    .filter((word) => word !== '');
}

function partsOf(pattern: string): readonly Part[] {
  const known = parsed.get(pattern);
  if (known) return known;
  const reader = { pattern, at: 0 };
  const parts = readParts(reader, false);
  if (reader.at < pattern.length) throw new Error(`pattern "${pattern}": a bracket too many`);
  parsed.set(pattern, parts);
  return parts;
}

interface Reader {
  readonly pattern: string;
  at: number;
}

function readParts(reader: Reader, inChoice: boolean): Part[] {
  const parts: Part[] = [];
  const { pattern } = reader;
  while (reader.at < pattern.length) {
    const character = pattern[reader.at];
    if (character === ']' || (character === '|' && inChoice)) break;
    if (character === '[') {
      parts.push(readChoice(reader));
    } else if (character === '{') {
      const end = pattern.indexOf('}', reader.at);
      if (end < 0) throw new Error(`pattern "${pattern}": a brace is not closed`);
      parts.push({ kind: 'slot', name: pattern.slice(reader.at + 1, end) });
      reader.at = end + 1;
    } else {
      const rest = pattern.slice(reader.at).search(inChoice ? /[[\]{|]/ : /[[\]{]/);
      const end = rest < 0 ? pattern.length : reader.at + rest;
      parts.push({ kind: 'text', text: pattern.slice(reader.at, end) });
      reader.at = end;
    }
  }
  return parts;
}

function readChoice(reader: Reader): Part {
  const choices: Part[][] = [];
  do {
    reader.at += 1;
    choices.push(readParts(reader, true));
  } while (reader.pattern[reader.at] === '|');
  if (reader.pattern[reader.at] !== ']') {
    throw new Error(`pattern "${reader.pattern}": a bracket is not closed`);
  }
  reader.at += 1;
  return { kind: 'choice', choices };
}

interface Context {
  readonly pattern: string;
  readonly random: Random;
  readonly slots: Slots;
}

function write(parts: readonly Part[], context: Context): string {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'text') {
      text += part.text;
    } else if (part.kind === 'choice') {
      text += write(context.random.pick(part.choices), context);
    } else {
      const slot = context.slots[part.name];
      if (!slot) throw new Error(`pattern "${context.pattern}": there is no slot {${part.name}}`);
      const value = slot(context.random);
      text += /[[{]/.test(value) ? write(partsOf(value), { ...context, pattern: value }) : value;
    }
  }
  return text;
}

function tidy(text: string): string {
  return text
    .replace(/[ \t]+/g, ' ')
    .replace(/ ([,.!?;:](?:\s|$))/g, '$1')
    .replace(/,+(?=[.!?,])/g, '')
    .replace(/\b([Aa]) (?=[aeioAEIO]|u(?!s[aeiu]|ni))(?!one\b|once\b|euro)/g, '$1n ')
    .trim()
    .replace(
      /(^|(?<![ap]\.m)[.!?]\s+)([a-z])/g,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}
