import { JsonNumber } from '../jinja/value/json-number.ts';

/**
 * Keeps control strings in user text from becoming control tokens. A sentinel goes inside each of them,
 * the template renders the text with it, and the tokenizer looks for special tokens while the sentinel
 * still stands between the characters. So provenance survives whatever the template does to the text
 * (`trim`, `split`), and text without control strings is encoded exactly as any other tool would.
 */
export type ControlGuard = {
  /**
   * `value` with every string in it guarded, and object keys too. Throws RangeError when it holds a special
   * token of one character: no sentinel fits inside that.
   */
  guard<T>(value: T, sentinel: string): T;
};

/** Prepares a guard for a tokenizer's special tokens. */
export function createControlGuard(specialTokens: readonly string[]): ControlGuard {
  const guardText = createTextGuard(specialTokens);
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
  return { guard: <T>(value: T, sentinel: string) => guard(value, sentinel) as T };
}

type TextGuard = (text: string, sentinel: string) => string;

function createTextGuard(specialTokens: readonly string[]): TextGuard {
  if (specialTokens.length === 0) return (text) => text;
  // A lookahead finds occurrences that overlap too.
  const anywhere = new RegExp(
    `(?=(?:${specialTokens.map((token) => RegExp.escape(token)).join('|')}))`,
    'gu',
  );
  const short = specialTokens.filter((token) => [...token].length < 2);
  const heads = new Set(
    specialTokens.flatMap((token) => properParts(token, (k) => token.slice(0, k))),
  );
  const tails = new Set(
    specialTokens.flatMap((token) => properParts(token, (k) => token.slice(-k))),
  );
  const longest = Math.max(...specialTokens.map((token) => token.length)) - 1;

  return (text, sentinel) => {
    const single = short.find((token) => text.includes(token));
    if (single !== undefined) {
      throw new RangeError(
        `the text holds the special token ${JSON.stringify(single)}, which cannot be kept apart`,
      );
    }
    const places = new Set<number>();
    for (const match of text.matchAll(anywhere)) places.add(match.index + 1);
    // Half a control string at an edge could be completed by what the template puts next to it.
    const from = text.length - text.trimStart().length;
    const to = text.trimEnd().length;
    for (let k = 1; k <= Math.min(longest, to - from); k++) {
      if (heads.has(text.slice(to - k, to))) places.add(to - k + 1);
      if (tails.has(text.slice(from, from + k))) places.add(from + k - 1);
    }
    if (places.size === 0) return text;
    let guarded = '';
    let done = 0;
    for (const place of [...places].sort((a, b) => a - b)) {
      guarded += text.slice(done, place) + sentinel;
      done = place;
    }
    return guarded + text.slice(done);
  };
}

function properParts(token: string, part: (length: number) => string): string[] {
  return Array.from({ length: token.length - 1 }, (_, i) => part(i + 1));
}
