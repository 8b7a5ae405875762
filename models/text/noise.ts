import type { Random } from './random.ts';

const neighbours: Readonly<Record<string, string>> = {
  a: 's',
  b: 'v',
  c: 'x',
  d: 'f',
  e: 'r',
  f: 'g',
  g: 'h',
  h: 'j',
  i: 'o',
  k: 'l',
  l: 'k',
  m: 'n',
  n: 'm',
  o: 'p',
  p: 'o',
  r: 't',
  s: 'a',
  t: 'y',
  u: 'i',
  v: 'b',
  w: 'e',
  x: 'c',
  y: 'u',
  z: 'x',
};
const shortForms: readonly (readonly [RegExp, string])[] = [
  [/\byou\b/gi, 'u'],
  [/\bplease\b/gi, 'pls'],
  [/\byour\b/gi, 'ur'],
  [/\bbecause\b/gi, 'cos'],
  [/\bI am\b/g, 'im'],
  [/\bthanks\b/gi, 'thx'],
  [/\band\b/gi, '&'],
];
const contractions: readonly (readonly [RegExp, string])[] = [
  [/\bdo not\b/g, "don't"],
  [/\bdoes not\b/g, "doesn't"],
  [/\bdid not\b/g, "didn't"],
  [/\bis not\b/g, "isn't"],
  [/\bhave not\b/g, "haven't"],
  [/\bshould not\b/g, "shouldn't"],
  [/\bcould not\b/g, "couldn't"],
  [/\bwould not\b/g, "wouldn't"],
  [/\bwe have\b/g, "we've"],
  [/\bwe are\b/gi, "we're"],
  [/\bcannot\b/g, "can't"],
  [/\bI have\b/g, "I've"],
  [/\bI am\b/g, "I'm"],
  [/\bhas not\b/g, "hasn't"],
  [/\bwas not\b/g, "wasn't"],
  [/\bI would\b/g, "I'd"],
  [/\bit is\b/g, "it's"],
  [/\bI will\b/g, "I'll"],
];

/** Writes a text the way people type: contractions often, and at times no capitals, no full stop or a slip. */
export function asTyped(text: string, random: Random): string {
  let typed = text;
  if (random.chance(0.5)) typed = replaceAll(typed, contractions);
  const haste = random.next();
  if (haste < 0.12) typed = typed.toLowerCase();
  else if (haste < 0.15) typed = replaceAll(typed, shortForms).toLowerCase();
  else if (haste < 0.16) typed = typed.toUpperCase();
  if (random.chance(0.12)) typed = typed.replace(/\.$/, '');
  if (random.chance(0.05)) typed = typed.replace(/\.$/, random.pick(['!', '!!', '...', ' :(']));
  if (random.chance(0.06)) typed = typed.replaceAll("'", '');
  if (random.chance(0.05)) typed = typed.replace(/\?$/, '');
  const slips = random.chance(0.12) ? random.integer(1, 2) : 0;
  for (let slip = 0; slip < slips; slip += 1) typed = withSlip(typed, random);
  return typed;
}

function replaceAll(text: string, changes: readonly (readonly [RegExp, string])[]): string {
  return changes.reduce(
    (changed, [pattern, replacement]) => changed.replace(pattern, replacement),
    text,
  );
}

/** Swaps, drops, doubles or mistypes one letter inside a word. */
function withSlip(text: string, random: Random): string {
  const at = random.integer(1, Math.max(1, text.length - 3));
  const [letter, next] = [text[at] ?? '', text[at + 1] ?? ''];
  if (!/[a-z]/.test(letter) || !/[a-z]/.test(next)) return text;
  const kind = random.integer(0, 3);
  const written =
    kind === 0
      ? next + letter
      : kind === 1
        ? next
        : kind === 2
          ? letter + letter + next
          : (neighbours[letter] ?? letter) + next;
  return text.slice(0, at) + written + text.slice(at + 2);
}
