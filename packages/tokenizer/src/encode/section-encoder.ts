import type { WordEncoder } from '../model/word-encoder.ts';
import { firstCharacterLength, type Normalizer } from '../normalize/normalizer.ts';
import type { Place, PreTokenizer } from '../pre-tokenize/pre-tokenizer.ts';
import { unitsOf } from '../pre-tokenize/text-units.ts';
import type { CutterName, WordEnd } from '../pre-tokenize/word-ends.ts';
import type { TokenList } from '../token-list.ts';
import { type AddedToken, createSectionSplitter } from './added-tokens.ts';

/** What a text goes through until it is tokens. */
export type SectionParts = {
  readonly addedTokens: readonly AddedToken[];
  readonly normalize: Normalizer;
  readonly preTokenize: PreTokenizer;
  /** The same without strings, where that is known for the pattern. */
  readonly wordEnd: WordEnd | undefined;
  /** What `wordEnd` is made of. */
  readonly cutters: readonly CutterName[] | undefined;
  readonly words: WordEncoder;
};

/** How a text is encoded, and where its tokens go. */
export type Sink = {
  special: boolean;
  after: 'text' | 'token' | undefined;
  guard: string | undefined;
  tokens: TokenList;
  offsets: [number, number][] | undefined;
  /** The part that the pre-tokenizer gave which each token is from, counted through; wanted with offsets only. */
  words: number[] | undefined;
};

/**
 * Added tokens marked `normalized: false` are cut from the text as it is, the others after
 * normalisation: the order in which the reference implementation works.
 */
export function createSectionEncoder(parts: SectionParts) {
  const { addedTokens, normalize, preTokenize, wordEnd, words: model } = parts;
  const splitRaw = createSectionSplitter(addedTokens.filter(({ normalized }) => !normalized));
  const plain = { align: false, continues: false };
  const splitNormalized = createSectionSplitter(
    addedTokens
      .filter(({ normalized }) => normalized)
      .map((token) => ({ ...token, content: normalize(token.content, plain).text }))
      .filter(({ content }) => content !== ''),
  );

  const encodeWords = (text: string, start: number, place: Place, sink: Sink): void => {
    const { guard, tokens, offsets, words } = sink;
    const plain = guard === undefined ? text : text.replaceAll(guard, '');
    if (plain === '') return;
    if (offsets === undefined && wordEnd !== undefined && model.append !== undefined) {
      model.append({ units: unitsOf(plain), length: plain.length, wordEnd }, tokens);
      return;
    }
    const { texts, starts, leads } = preTokenize(plain, place);
    let at = 0;
    for (let i = 0; i < texts.length; i++) {
      const word = texts[i]!;
      const found = model.encode(word);
      for (const token of found) tokens.push(token);
      if (offsets === undefined) continue;
      const from = starts?.[i] ?? at;
      const lead = leads?.[i] ?? 0;
      const first = offsets.length;
      model.appendOffsets(word, found, start + from - lead, offsets);
      if (words !== undefined) appendWord(words, found.length);
      if (lead > 0) {
        const length = firstCharacterLength(plain.slice(from, from + 2));
        moveIntoText(offsets, first, start + from, length);
      }
      at += word.length;
    }
  };

  const encodeText = (source: string, base: number, sink: Sink): void => {
    const { special, tokens, offsets } = sink;
    const continues = sink.after === 'text' && base === 0;
    const { text, alignment } = normalize(source, { align: offsets !== undefined, continues });
    const first = offsets?.length ?? 0;
    const opening = placeAfter(sink.after);
    for (const section of splitNormalized(text, special)) {
      if (section.token === undefined) {
        const place = base === 0 && section.start === 0 ? opening : 'later';
        encodeWords(section.text, section.start, place, sink);
      } else {
        tokens.push(section.token);
        offsets?.push([section.start, section.start + section.text.length]);
        if (sink.words !== undefined) appendWord(sink.words, 1);
      }
    }
    if (offsets === undefined || (alignment === undefined && base === 0)) return;
    for (let i = first; i < offsets.length; i++) {
      const [start, end] = offsets[i]!;
      const from = alignment === undefined ? start : alignment.starts[start]!;
      const to = alignment === undefined ? end : alignment.ends[end - 1]!;
      offsets[i] = [base + from, base + to];
    }
  };

  return (text: string, sink: Sink): void => {
    for (const section of splitRaw(text.toWellFormed(), sink.special)) {
      if (section.token === undefined) encodeText(section.text, section.start, sink);
      else {
        sink.tokens.push(section.token);
        sink.offsets?.push([section.start, section.start + section.text.length]);
        if (sink.words !== undefined) appendWord(sink.words, 1);
      }
    }
  };
}

/** One word more, of so many tokens. */
function appendWord(words: number[], count: number): void {
  const number = (words.at(-1) ?? -1) + 1;
  for (let token = 0; token < count; token++) words.push(number);
}

function placeAfter(after: Sink['after']): Place {
  if (after === undefined) return 'start';
  return after === 'text' ? 'continued' : 'later';
}

/** What a pre-tokenizer put before a text stands, as in the reference, for its first character. */
function moveIntoText(
  offsets: [number, number][],
  first: number,
  start: number,
  characterLength: number,
): void {
  for (let i = first; i < offsets.length; i++) {
    const range = offsets[i]!;
    if (range[0] < start) range[0] = start;
    if (range[1] <= start) range[1] = start + characterLength;
  }
}
