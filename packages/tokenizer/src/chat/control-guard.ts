import { TokenizerError } from '../error.ts';
import { JsonNumber } from '../jinja/value/json-number.ts';
import { mayHoldOf } from '../may-hold.ts';

/**
 * Keeps control strings in user text from becoming control tokens. A sentinel goes inside each of them,
 * the template renders the text with it, and the tokenizer looks for special tokens while the sentinel
 * still stands between the characters. So provenance survives whatever the template does to the text
 * (`trim`, `split`), and text without control strings is encoded exactly as any other tool would.
 */
export type ControlGuard = {
  /**
   * `value` with every string in it guarded, and object keys too. Throws TokenizerError when it holds a special
   * token of one character: no sentinel fits inside that.
   */
  guard<T>(value: T, sentinel: string): T;
  /** Whether `guard` changes anything in `value`; throws what it throws. */
  isNeeded(value: unknown): boolean;
};

/** Prepares a guard for a tokenizer's special tokens. */
export function createControlGuard(specialTokens: readonly string[]): ControlGuard {
  const placesIn = createPlaceFinder(specialTokens);
  const guardText = (text: string, sentinel: string): string => {
    const places = placesIn(text);
    if (places === undefined) return text;
    let guarded = '';
    let done = 0;
    for (const place of [...places].sort((a, b) => a - b)) {
      guarded += text.slice(done, place) + sentinel;
      done = place;
    }
    return guarded + text.slice(done);
  };
  const isNeeded = (value: unknown): boolean => {
    if (typeof value === 'string') return placesIn(value) !== undefined;
    if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return false;
    if (Array.isArray(value)) return value.some(isNeeded);
    return Object.entries(value).some(([key, inner]) => isNeeded(key) || isNeeded(inner));
  };
  const guard = (value: unknown, sentinel: string): unknown => {
    if (typeof value === 'string') return guardText(value, sentinel);
    if (typeof value !== 'object' || value === null || value instanceof JsonNumber) return value;
    if (Array.isArray(value)) return value.map((inner) => guard(inner, sentinel));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        guardText(key, sentinel),
        guard(inner, sentinel),
      ]),
    );
  };
  return { guard: <T>(value: T, sentinel: string) => guard(value, sentinel) as T, isNeeded };
}

/** Places of a text at which a sentinel is to stand; undefined for none. */
type PlaceFinder = (text: string) => ReadonlySet<number> | undefined;

function createPlaceFinder(specialTokens: readonly string[]): PlaceFinder {
  if (specialTokens.length === 0) return () => undefined;
  const mayHold = mayHoldOf(specialTokens);
  // A lookahead finds occurrences that overlap too.
  const anywhere = new RegExp(
    `(?=(?:${specialTokens.map((token) => RegExp.escape(token)).join('|')}))`,
    'gu',
  );
  const short = specialTokens.filter((token) => [...token].length < 2);
  const headsOf = parts(specialTokens, (token, length) => token.slice(0, length));
  const tailsOf = parts(specialTokens, (token, length) => token.slice(-length));
  // Few texts end as a part of a token does, or begin so.
  const headEnds = new Set(headsOf.flatMap(({ ends }) => [...ends]));
  const tailStarts = new Set(tailsOf.flatMap(({ starts }) => [...starts]));

  return (text) => {
    const single = short.find((token) => text.includes(token));
    if (single !== undefined) {
      throw new TokenizerError(
        'a text',
        `it holds the special token ${JSON.stringify(single)}, which cannot be kept apart from one that is meant`,
      );
    }
    let places: Set<number> | undefined;
    const add = (place: number): void => {
      places ??= new Set();
      places.add(place);
    };
    if (mayHold(text)) for (const match of text.matchAll(anywhere)) add(match.index + 1);
    // Half a control string at an edge could be completed by what the template puts next to it.
    const from = text.length - text.trimStart().length;
    const to = text.trimEnd().length;
    if (to === from) return places;
    const first = text.charCodeAt(from);
    const last = text.charCodeAt(to - 1);
    if (headEnds.has(last))
      for (const { length, texts, ends } of headsOf)
        if (length <= to - from && ends.has(last) && texts.has(text.slice(to - length, to)))
          add(to - length + 1);
    if (tailStarts.has(first))
      for (const { length, texts, starts } of tailsOf)
        if (length <= to - from && starts.has(first) && texts.has(text.slice(from, from + length)))
          add(from + length - 1);
    return places;
  };
}

/** Beginnings or ends of some tokens that are of one length, with the codes that they begin and end with. */
type Parts = {
  readonly length: number;
  readonly texts: ReadonlySet<string>;
  readonly starts: ReadonlySet<number>;
  readonly ends: ReadonlySet<number>;
};

/** What `part` makes of each token at each length up to all of it but one, the shortest first. */
function parts(
  tokens: readonly string[],
  part: (token: string, length: number) => string,
): readonly Parts[] {
  const longest = Math.max(...tokens.map((token) => token.length)) - 1;
  return Array.from({ length: longest }, (_, i) => {
    const length = i + 1;
    const own = tokens.filter((token) => token.length > length);
    const texts = new Set(own.map((token) => part(token, length)));
    const starts = new Set([...texts].map((text) => text.charCodeAt(0)));
    const ends = new Set([...texts].map((text) => text.charCodeAt(length - 1)));
    return { length, texts, starts, ends };
  });
}
