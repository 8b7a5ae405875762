/** For tests and the bench: strings of odd characters, the same on every machine. */

/** xorshift32: the same strings on every machine. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Ranges that Unicode assigned long ago, so that the two sides agree on what the characters are. */
const ranges: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x61, 0x7a],
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x00, 0x1f],
  [0x7f, 0xa0],
  [0xa1, 0x17f],
  [0x300, 0x36f],
  [0x391, 0x3a9],
  [0x410, 0x44f],
  [0x5d0, 0x5ea],
  [0x621, 0x64a],
  [0x660, 0x669],
  [0x905, 0x939],
  [0x1100, 0x1112],
  [0x1161, 0x1175],
  [0x11a8, 0x11c2],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x2070, 0x2079],
  [0x2150, 0x2188],
  [0x3041, 0x3096],
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xff01, 0xff5e],
  [0x1d400, 0x1d454],
  [0x1f600, 0x1f64f],
  [0x20000, 0x2a6d6],
  [0xe000, 0xe0ff],
];
const fragments = [
  ' ',
  '  ',
  '     ',
  '\r\n',
  '\n\n',
  '\t',
  '\u200d',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  'e\u0301',
  "don't",
  "I'LL",
  "we've",
  "'S",
  'ſ',
  '12345',
  '3.14',
  ' the',
  'order',
  'Ⅷ½²',
  '<|end|>',
  '<think>',
  '\u0085',
  '\u00a0',
  '\u3000',
  '!!!',
  '…',
  ' \n ',
];

/** So many strings of random characters and fragments, each of up to 24. */
export function hostileTexts(count: number): string[] {
  const random = createRandom(20_26);
  return Array.from({ length: count }, () => {
    let text = '';
    for (let i = random(24); i >= 0; i--) {
      if (random(3) === 0) text += fragments[random(fragments.length)];
      else {
        const [first, last] = ranges[random(ranges.length)]!;
        text += String.fromCodePoint(first + random(last - first + 1));
      }
    }
    return text;
  });
}

/** Offsets in code points, as the native package counts, in UTF-16 units, as JavaScript strings do. */
export function toUnits(text: string, offsets: number[][]): [number, number][] {
  const units: number[] = [];
  let at = 0;
  for (const character of text) {
    units.push(at);
    at += character.length;
  }
  units.push(at);
  return offsets.map(([start, end]) => [units[start!]!, units[end!]!]);
}
