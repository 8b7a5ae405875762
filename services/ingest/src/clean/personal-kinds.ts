import {
  checkedIban,
  isCardNumber,
  isIpv4,
  isIpv6,
  isPhone,
  isSocialSecurity,
} from './personal-checks.ts';
import { isSecret, secretBeginnings, secretNames } from './secrets.ts';
import type { TextSigns } from './text-signs.ts';

/** What is looked for. */
export const personalKinds = ['EMAIL', 'PHONE', 'IBAN', 'CARD', 'SSN', 'IP', 'SECRET'] as const;
export type PersonalKind = (typeof personalKinds)[number];

/** A stretch of a text, in UTF-16 units. */
export type Place = { readonly start: number; readonly end: number };

export type PersonalRule = {
  readonly kind: PersonalKind;
  /** What every text with one has at least, counted for all rules in one pass (text-signs.ts). */
  readonly least?: Partial<TextSigns>;
  /** What a text without any has not, found faster than the pattern is. */
  readonly hint: RegExp;
  /** What may be one: its first group, or all of it. */
  readonly pattern: RegExp;
  /** How long the stretch from its beginning is that is one; 0: it is none. */
  length(found: string, around: { readonly before: string; readonly after: string }): number;
};

const whole =
  (is: (found: string, around: { readonly before: string; readonly after: string }) => boolean) =>
  (found: string, around: { readonly before: string; readonly after: string }): number =>
    is(found, around) ? found.length : 0;

/** Keys and passwords, of which `isSecret` knows two kinds. */
const key: Omit<PersonalRule, 'least' | 'hint'> = {
  kind: 'SECRET',
  pattern: /(?<![\w/+-])[A-Za-z0-9_][\w/+.=-]{14,400}(?![\w/+])/g,
  length: (found, { before }) => {
    const secret = found.replace(/[.=-]+$/, '');
    return isSecret(secret, before) ? secret.length : 0;
  },
};

/** Those that say more of what they found stand before those that would take it for something else. */
export const personalRules: readonly PersonalRule[] = [
  {
    kind: 'SECRET',
    hint: /PRIVATE KEY-----/,
    pattern:
      /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]{1,8000}?-----END [A-Z ]{0,20}PRIVATE KEY-----/g,
    length: whole(() => true),
  },
  {
    kind: 'EMAIL',
    hint: /@/,
    // RFC 5322's dot-atom at a domain of letters, digits and hyphens that ends in letters.
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}](?:[\p{L}\p{N}._%+'-]{0,62}[\p{L}\p{N}_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,40}|\p{L}{2,24})(?![\p{L}\p{N}@]|-[\p{L}\p{N}-])/giu,
    length: whole(() => true),
  },
  // A key is known by its beginning, or told to be one and has digits; most long names in programs are neither.
  { ...key, least: { keyLength: 15 }, hint: secretBeginnings },
  { ...key, least: { mixedLength: 15 }, hint: secretNames },
  {
    kind: 'IBAN',
    least: { digits: 2 },
    hint: /[A-Za-z]{2}\d{2}/,
    pattern: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/giu,
    length: checkedIban,
  },
  {
    kind: 'CARD',
    least: { digits: 13 },
    hint: /\d[\d -]{11}\d/,
    pattern: /(?<![\p{L}\p{N}.,-])\d(?:[ -]?\d){12,18}(?![\p{L}\p{N}]|[-.,]\d)/gu,
    length: whole(isCardNumber),
  },
  {
    kind: 'SSN',
    least: { digits: 9 },
    hint: /\d{3}[- ]\d{2}[- ]\d{4}/,
    pattern: /(?<![\p{L}\p{N}-])\d{3}([- ])\d{2}\1\d{4}(?![\p{L}\p{N}-])/gu,
    length: whole(isSocialSecurity),
  },
  {
    kind: 'IP',
    least: { digits: 4 },
    hint: /\d\.\d{1,3}\.\d/,
    pattern: /(?<![\p{L}\p{N}.-])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}-]|\.\d)/gu,
    length: whole(isIpv4),
  },
  {
    kind: 'IP',
    hint: /:[\da-fA-F]{0,4}:/,
    pattern: /(?<![\p{L}\p{N}:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\p{L}\p{N}:]|\.\d)/giu,
    length: whole(isIpv6),
  },
  {
    kind: 'PHONE',
    least: { digits: 7 },
    hint: /\d[\d .()/-]{5}/,
    pattern:
      /(?<![\p{L}\p{N}_.,:/#-])(?:\+|00(?=[1-9]))?\(?\d(?:[ .()/-]{0,2}\d){6,16}(?![\p{L}\p{N}_]|[-.,:/]\d)/gu,
    length: whole(isPhone),
  },
];
