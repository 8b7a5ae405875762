import type { Arc, TextForm } from './text-form.ts';

/**
 * Takes the bytes of a JSON string behind its first quote, where what is written, once escapes are read, keeps to
 * a form. States are small whole numbers; from each an end can be reached.
 */
export type JsonString = {
  readonly start: number;
  /** The state after one byte, `done` behind the last quote, undefined when the byte cannot come. */
  step(state: number, byte: number): number | 'done' | undefined;
  /** Whether a character is begun that only bytes beyond ASCII can end. */
  isInCharacter(state: number): boolean;
};

/** Where in a string one is. Arcs lead to places, and speak of what the digits still to come add up to. */
type Place =
  /** Between characters: a state of the form. */
  | { readonly kind: 'between'; readonly state: number }
  /** Behind a backslash. */
  | { readonly kind: 'escape'; readonly state: number }
  /** Digits to come: the last bytes of a character of UTF-8 with 6 bits each, or hexadecimal with 4. */
  | {
      readonly kind: 'digits';
      readonly bits: 4 | 6;
      readonly left: number;
      readonly arcs: readonly Arc[];
    }
  /** Behind the first half of a surrogate pair, and behind the backslash that follows it. */
  | { readonly kind: 'half' | 'half-escape'; readonly arcs: readonly Arc[] };

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
const escapes: ReadonlyMap<number, number> = new Map(
  Object.entries({
    '"': '"',
    '\\': '\\',
    '/': '/',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
  }).map(([written, meant]) => [written.charCodeAt(0), meant.charCodeAt(0)]),
);
/** By the bytes that follow the first of a character of UTF-8: its bits, and the least such character (RFC 3629). */
const firstBytes = [
  { low: 0xc2, high: 0xdf, least: 0x80 },
  { low: 0xe0, high: 0xef, least: 0x800 },
  { low: 0xf0, high: 0xf4, least: 0x10000 },
];

export function createJsonString(form: TextForm): JsonString {
  const places: Place[] = [];
  const known = new Map<string, number>();
  const arcsOf = new Map<number, readonly Arc[]>();

  const add = (key: string, place: Place): number => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = places.push(place) - 1;
    known.set(key, made);
    return made;
  };
  const between = (state: number): number => add(`b${state}`, { kind: 'between', state });
  const digits = (bits: 4 | 6, left: number, arcs: readonly Arc[]): number | undefined =>
    arcs.length === 0
      ? undefined
      : add(`${bits}:${left}:${keyOf(arcs)}`, { kind: 'digits', bits, left, arcs });
  /** The characters that may come in a state of the form, with the places they lead to. */
  const characters = (state: number): readonly Arc[] => {
    const before = arcsOf.get(state);
    if (before !== undefined) return before;
    const arcs = form.arcs(state).map((arc) => ({ ...arc, to: between(arc.to) }));
    arcsOf.set(state, arcs);
    return arcs;
  };
  const half = (arcs: readonly Arc[]): number => add(`h${keyOf(arcs)}`, { kind: 'half', arcs });

  /** The code units that `\u` may name: characters, and first halves of those beyond U+FFFF. */
  const codeUnits = (state: number): readonly Arc[] => {
    const all = characters(state);
    return [
      ...within(all, 0, 0xd7ff),
      ...firstHalves(within(all, 0x10000, 0x10ffff), half),
      ...within(all, 0xe000, 0xffff),
    ];
  };

  const stepBetween = (state: number, byte: number): number | 'done' | undefined => {
    if (byte === quote) return form.accepts(state) ? 'done' : undefined;
    const arcs = characters(state);
    if (byte === backslash)
      return arcs.length === 0 ? undefined : add(`e${state}`, { kind: 'escape', state });
    if (byte < 0x80) return byte < 0x20 || byte === 0x7f ? undefined : leadsTo(arcs, byte);
    const place = firstBytes.findIndex(({ low, high }) => byte >= low && byte <= high);
    if (place < 0) return undefined;
    const left = place + 1;
    const base = (byte & (0x3f >> left)) << (6 * left);
    const { least } = firstBytes[place]!;
    const reached = within(arcs, Math.max(base, least), base + (1 << (6 * left)) - 1);
    return digits(6, left, moved(reached, base));
  };

  return {
    start: between(form.start),
    isInCharacter(state) {
      const place = places[state]!;
      return place.kind === 'digits' && place.bits === 6;
    },
    step(state, byte) {
      const place = places[state]!;
      switch (place.kind) {
        case 'between':
          return stepBetween(place.state, byte);
        case 'escape': {
          if (byte === letterU) return digits(4, 4, codeUnits(place.state));
          const meant = escapes.get(byte);
          return meant === undefined ? undefined : leadsTo(characters(place.state), meant);
        }
        case 'half':
          if (byte !== backslash) return undefined;
          return add(`i${keyOf(place.arcs)}`, { kind: 'half-escape', arcs: place.arcs });
        case 'half-escape':
          return byte === letterU ? digits(4, 4, place.arcs) : undefined;
        case 'digits': {
          const { bits, left, arcs } = place;
          const digit = bits === 6 ? (byte >> 6 === 2 ? byte & 0x3f : -1) : hexadecimal(byte);
          if (digit < 0) return undefined;
          if (left === 1) return leadsTo(arcs, digit);
          const size = 1 << (bits * (left - 1));
          const base = digit * size;
          return digits(bits, left - 1, moved(within(arcs, base, base + size - 1), base));
        }
      }
    },
  };
}

/** First halves (U+D800 and on) of the characters beyond U+FFFF, each with the second halves that may follow. */
function firstHalves(
  arcs: readonly Arc[],
  half: (seconds: readonly Arc[]) => number,
): readonly Arc[] {
  const found: Arc[] = [];
  let first = 0xd800;
  while (first <= 0xdbff) {
    const base = 0x10000 + (first - 0xd800) * 0x400;
    const seconds = moved(within(arcs, base, base + 0x3ff), base - 0xdc00);
    const arc = arcs[firstUpTo(arcs, base)];
    // First halves with which all second halves lead to one place are many; they are taken at once.
    const isWhole = arc !== undefined && arc.low <= base && arc.high >= base + 0x3ff;
    const last = isWhole ? 0xd800 + Math.floor((arc.high + 1 - 0x10000) / 0x400) - 1 : first;
    if (seconds.length > 0) found.push({ low: first, high: last, to: half(seconds) });
    first = last + 1;
  }
  return found;
}

function leadsTo(arcs: readonly Arc[], character: number): number | undefined {
  const arc = arcs[firstUpTo(arcs, character)];
  return arc !== undefined && arc.low <= character ? arc.to : undefined;
}

/** The parts of arcs between two characters. */
function within(arcs: readonly Arc[], low: number, high: number): readonly Arc[] {
  const found: Arc[] = [];
  for (let i = firstUpTo(arcs, low); i < arcs.length && arcs[i]!.low <= high; i++) {
    const arc = arcs[i]!;
    found.push({ low: Math.max(arc.low, low), high: Math.min(arc.high, high), to: arc.to });
  }
  return found;
}

/** The place of the first arc that goes up to a character or beyond. */
function firstUpTo(arcs: readonly Arc[], character: number): number {
  let low = 0;
  let high = arcs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (arcs[middle]!.high < character) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Arcs counted from another character on. */
function moved(arcs: readonly Arc[], base: number): readonly Arc[] {
  return arcs.map(({ low, high, to }) => ({ low: low - base, high: high - base, to }));
}

function keyOf(arcs: readonly Arc[]): string {
  return arcs.map(({ low, high, to }) => `${low}-${high}>${to}`).join();
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
