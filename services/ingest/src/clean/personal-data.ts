import {
  type PersonalKind,
  type PersonalRule,
  type Place,
  personalRules,
} from './personal-kinds.ts';
import { signsOf } from './text-signs.ts';

/** Something in a text that says who or where somebody is, or opens what is somebody's. */
export type PersonalData = Place & { readonly kind: PersonalKind; readonly text: string };

/** Characters before and after that are looked at for what it is. */
const context = 48;
/** Without a digit or one of these there is nothing to find. */
const needed = ['@', 'PRIVATE KEY', '::'];

/**
 * Personal data in a text, by rules with checks: in order and apart. It finds what has a form (addresses, numbers, keys), no names, and
 * misses what is written otherwise: less risk, no guarantee. `allowed` are texts that are left alone, such as the own support's address.
 */
export function personalDataIn(
  text: string,
  allowed: ReadonlySet<string> = new Set(),
): PersonalData[] {
  const signs = signsOf(text);
  if (signs.digits === 0 && !needed.some((sign) => text.includes(sign))) return [];
  const found: PersonalData[] = [];
  for (const rule of personalRules) {
    const { digits = 0, keyLength = 0 } = rule.least ?? {};
    if (signs.digits < digits || signs.keyLength < keyLength || !rule.hint.test(text)) continue;
    for (const place of placesOf(rule, text)) {
      const stretch = text.slice(place.start, place.end);
      if (allowed.has(stretch.toLowerCase())) continue;
      if (found.some(({ start, end }) => start < place.end && end > place.start)) continue;
      found.push({ kind: rule.kind, ...place, text: stretch });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

function* placesOf({ pattern, length }: PersonalRule, text: string): Generator<Place> {
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    const start = match.index;
    const end = start + found.length;
    const before = text.slice(Math.max(0, start - context), start);
    const taken = length(found, { before, after: text.slice(end, end + context) });
    if (taken > 0) yield { start, end: start + taken };
  }
}

/** Names for what is taken out of the texts of one row: the same for the same. */
export type Pseudonyms = (data: Pick<PersonalData, 'kind' | 'text'>) => string;

/** Names such as `[EMAIL_1]`, counted by kind in the order in which they are asked for. */
export function createPseudonyms(): Pseudonyms {
  const names = new Map<string, string>();
  const counts = new Map<PersonalKind, number>();
  return ({ kind, text }) => {
    const key = `${kind} ${text.toLowerCase().replaceAll(/[ ()/-]/g, '')}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `[${kind}_${count}]`;
    names.set(key, name);
    return name;
  };
}

/** The text with names in the place of personal data. */
export function redact(
  text: string,
  {
    pseudonyms,
    allowed,
  }: { readonly pseudonyms: Pseudonyms; readonly allowed?: ReadonlySet<string> },
): string {
  let at = 0;
  let redacted = '';
  for (const data of personalDataIn(text, allowed)) {
    redacted += text.slice(at, data.start) + pseudonyms(data);
    at = data.end;
  }
  return redacted + text.slice(at);
}
