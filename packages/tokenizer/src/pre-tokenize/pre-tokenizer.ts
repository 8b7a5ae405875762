/** Cuts text into the words that a model works within. The words, joined, are always the text. */
export type Splitter = (text: string) => readonly string[];

/** Words of a text. Without `starts` they follow each other from its first unit to its last. */
type Words = {
  texts: readonly string[];
  /** Where the first unit of each word that comes from the text stands there. */
  starts?: readonly number[];
  /** How many units at the start of each word were put there by a pre-tokenizer. */
  leads?: readonly number[];
};

/** Whether a text starts all that is encoded, stands later in it, or goes on from text encoded before. */
export type Place = 'start' | 'later' | 'continued';

export type PreTokenizer = (text: string, place: Place) => Words;

/** One step: words with their place in `lead + text`, of which the first `lead` units were put there. */
export type PreTokenizerStep = (
  text: string,
  place: Place,
) => { lead: number; cuts: readonly Cut[] };
type Cut = { text: string; at: number };

/** What becomes of the matches of a pattern and of the text between them. */
export type SplitBehavior =
  | 'Isolated'
  | 'Removed'
  | 'MergedWithPrevious'
  | 'MergedWithNext'
  | 'Contiguous';

/** The pattern of GPT-2, which a ByteLevel pre-tokenizer with `use_regex` applies. */
export const gpt2Pattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Every match is a word, and so is every stretch between matches (behaviour `Isolated`). */
export function isolateMatches(pattern: RegExp): Splitter {
  return (text) => {
    const matches: readonly string[] = text.match(pattern) ?? [];
    let length = 0;
    for (const match of matches) length += match.length;
    // The usual patterns match everything; then the matches are the words and no positions are needed.
    return length === text.length ? matches : isolateWithGaps(pattern, text);
  };
}

function isolateWithGaps(pattern: RegExp, text: string): string[] {
  const words: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > end) words.push(text.slice(end, match.index));
    words.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < text.length) words.push(text.slice(end));
  return words;
}

/** Splits at the matches of a pattern; `invert` takes the text between the matches for matches. */
export function splitMatches(
  pattern: RegExp,
  behavior: SplitBehavior,
  invert: boolean,
): PreTokenizerStep {
  return (text) => {
    const pieces: (Cut & { isMatch: boolean })[] = [];
    const add = (from: number, to: number, isMatch: boolean): void => {
      if (to > from) pieces.push({ text: text.slice(from, to), at: from, isMatch });
    };
    let end = 0;
    for (const { index, 0: match } of text.matchAll(pattern)) {
      add(end, index, invert);
      add(index, index + match.length, !invert);
      end = index + match.length;
    }
    add(end, text.length, invert);
    return { lead: 0, cuts: arrange(pieces, behavior) };
  };
}

function arrange(pieces: (Cut & { isMatch: boolean })[], behavior: SplitBehavior): Cut[] {
  if (behavior === 'Isolated') return pieces;
  if (behavior === 'Removed') return pieces.filter(({ isMatch }) => !isMatch);
  const joins = (i: number): boolean => {
    const before = pieces[i - 1]!;
    const here = pieces[i]!;
    if (behavior === 'Contiguous') return before.isMatch === here.isMatch;
    // Of several matches in a row only the one at the border joins its neighbour.
    return behavior === 'MergedWithPrevious'
      ? here.isMatch && !before.isMatch
      : before.isMatch && !here.isMatch;
  };
  const cuts: Cut[] = [];
  pieces.forEach((piece, i) => {
    if (i > 0 && joins(i)) cuts.at(-1)!.text += piece.text;
    else cuts.push({ text: piece.text, at: piece.at });
  });
  return cuts;
}

/** A step that only cuts. */
export function isolateStep(split: Splitter): PreTokenizerStep {
  return (text) => ({ lead: 0, cuts: follow(split(text)) });
}

function follow(words: readonly string[]): Cut[] {
  let at = 0;
  return words.map((text) => {
    const cut = { text, at };
    at += text.length;
    return cut;
  });
}

/** A step that puts a space before a text that starts without one, as ByteLevel with add_prefix_space. */
export const addPrefixSpace: PreTokenizerStep = (text, place) =>
  text.startsWith(' ') || place === 'continued'
    ? { lead: 0, cuts: [{ text, at: 0 }] }
    : { lead: 1, cuts: [{ text: ` ${text}`, at: 0 }] };

export type MetaspaceOptions = {
  /** The character that stands for a space. */
  replacement: string;
  prepend: 'always' | 'first' | 'never';
  /** Cut before every replacement character. */
  split: boolean;
};

/** SentencePiece's way with spaces: each becomes `replacement`, and a text starts with one. */
export function metaspaceStep({ replacement, prepend, split }: MetaspaceOptions): PreTokenizerStep {
  const mark = RegExp.escape(replacement);
  const words = new RegExp(`${mark}?(?:(?!${mark})[\\s\\S])+|${mark}`, 'gu');
  return (text, place) => {
    const spaced = text.replaceAll(' ', replacement);
    const isPrefixed =
      place !== 'continued' &&
      (prepend === 'always' || (prepend === 'first' && place === 'start')) &&
      !spaced.startsWith(replacement);
    const whole = isPrefixed ? replacement + spaced : spaced;
    return {
      lead: isPrefixed ? replacement.length : 0,
      cuts: split ? follow(whole.match(words) ?? []) : [{ text: whole, at: 0 }],
    };
  };
}

/** Applies each splitter to the words of the one before it. */
export function inSequence(splitters: readonly Splitter[]): PreTokenizer {
  const [first, ...rest] = splitters;
  if (first === undefined) return (text) => ({ texts: text === '' ? [] : [text] });
  if (rest.length === 0) return (text) => ({ texts: first(text) });
  return (text) => ({
    texts: rest.reduce<readonly string[]>((words, split) => words.flatMap(split), first(text)),
  });
}

/** Applies steps of any kind to the words of the one before. */
export function inSteps(steps: readonly PreTokenizerStep[]): PreTokenizer {
  return (whole, place) => {
    let words = [{ text: whole, start: 0, lead: 0 }];
    for (const step of steps) {
      words = words.flatMap(({ text, start, lead: before }) => {
        const { lead: added, cuts } = step(text, start === 0 ? place : 'later');
        const lead = before + added;
        return cuts.map((cut) => ({
          text: cut.text,
          start: start + Math.max(cut.at - lead, 0),
          lead: Math.min(Math.max(lead - cut.at, 0), cut.text.length),
        }));
      });
    }
    const kept = words.filter(({ text }) => text !== '');
    return {
      texts: kept.map(({ text }) => text),
      starts: kept.map(({ start }) => start),
      leads: kept.map(({ lead }) => lead),
    };
  };
}
