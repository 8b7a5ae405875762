type Around = { readonly before: string; readonly after: string };

/** Lengths of IBANs by country, from the SWIFT registry. */
const ibanLengths: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29, BY: 28 },
  ...{ CH: 21, CR: 22, CY: 28, CZ: 24, DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18 },
  ...{ FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27, GT: 28, HR: 21, HU: 28, IE: 22 },
  ...{ IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21, LT: 20 },
  ...{ LU: 20, LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MR: 27, MT: 31, MU: 30, NL: 18 },
  ...{ NO: 15, PK: 24, PL: 28, PS: 29, PT: 25, QA: 29, RO: 24, RS: 22, SA: 24, SC: 31, SE: 24 },
  ...{
    SI: 19,
    SK: 24,
    SM: 27,
    ST: 25,
    SV: 28,
    TL: 23,
    TN: 24,
    TR: 26,
    UA: 29,
    VA: 22,
    VG: 24,
    XK: 20,
  },
};

/** How many characters are an IBAN of its country's length whose check digits are right (ISO 13616: 1 modulo 97); 0: none. */
export function checkedIban(found: string): number {
  const wanted = ibanLengths[found.slice(0, 2).toUpperCase()] ?? Number.POSITIVE_INFINITY;
  let taken = 0;
  let end = 0;
  while (taken < wanted && end < found.length) if (found[end++] !== ' ') taken++;
  if (taken < wanted || /[A-Z0-9]/i.test(found[end] ?? '')) return 0;
  const plain = found.slice(0, end).replaceAll(' ', '').toUpperCase();
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4))
    for (const digit of String(Number.parseInt(character, 36)))
      rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1 ? end : 0;
}

/** First digits and lengths of payment cards (ISO/IEC 7812). */
const cards =
  /^(?:4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17})$/;

/** Whether it is a number that a card may have, with the check digit of Luhn (ISO/IEC 7812-1, annex B). */
export function isCardNumber(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '');
  if (!cards.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** Whether the US administration gives out such numbers: not 000, 666 or 900 and above, and no part of zeros. */
export function isSocialSecurity(found: string): boolean {
  const [area = '', group, serial] = found.split(/[- ]/);
  return (
    !/^(?:000|666|9)/.test(area) && group !== '00' && serial !== '0000' && found !== '078-05-1120'
  );
}

const versions =
  /(?:\b(?:version|release|build|firmware|driver|upgrade[ds]?|section|chapter|v|ver|rev)\.? ?|[vV]|§ ?)$/i;

/** An address of the internet, not a version or one that no machine of a person has. */
export function isIpv4(found: string, { before }: Around): boolean {
  const parts = found.split('.').map(Number);
  const isLocal = /^(?:0\.|127\.|255\.255\.255\.)/.test(found) || parts.every((part) => part < 10);
  return (
    parts.every((part) => part < 256) && !/\b0\d/.test(found) && !isLocal && !versions.test(before)
  );
}

/** Eight groups, or fewer around one `::`; not the local ones, and not a time such as 12:30:15. */
export function isIpv6(found: string): boolean {
  const sides = found.split('::');
  if (sides.length > 2 || /:::|^:[^:]|[^:]:$/.test(found)) return false;
  const groups = sides.flatMap((side) => (side === '' ? [] : side.split(':')));
  if (groups.some((group) => group === '')) return false;
  if (sides.length === 1) return groups.length === 8;
  return groups.length >= 2 && groups.length < 8 && groups.some((group) => group.length > 2);
}

const phoneWords =
  /\b(?:tel|telefon|telephone|phone|mobile|mobil|handy|cell|fax|call|ring|dial|whatsapp|sms|text(?: me)?|reach (?:me|us|him|her)|anrufen?|rufnummer|erreichbar|t[ée]l[ée]phone|portable|m[óo]vil|llam[ae]\w*|numero di telefono|hotline|number is)\b[^\d\n]{0,25}$/i;
const otherWords =
  /\b(?:order|invoice|ticket|case|article|item|isbn|issn|sku|ref(?:erence)?|tracking|serial|account|customer|bestell\w*|rechnung\w*|part|model|version|no\.|nr\.|id)\W{0,3}(?:number|nummer|no\.?|nr\.?|code|id)?[^\d\n]{0,5}$/i;
const dates =
  /^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|(?:19|20)\d\d ?- ?(?:19|20)\d\d)$/;

/** A number in the form of E.164 with its country, or one of 7 to 15 digits after a word that says so. */
export function isPhone(found: string, { before }: Around): boolean {
  const digits = found.replaceAll(/\D/g, '');
  const isOpen = (found.match(/\(/g) ?? []).length !== (found.match(/\)/g) ?? []).length;
  if (digits.length > 15 + (found.startsWith('00') ? 2 : 0) || dates.test(found) || isOpen)
    return false;
  if (/^(\d)\1+$/.test(digits)) return false;
  const isTold = phoneWords.test(before);
  if (otherWords.test(before) && !isTold) return false;
  if (found.startsWith('+')) return digits.length >= 8 && digits[0] !== '0';
  if (/^\(\d{3}\) ?\d{3}[- .]\d{4}$/.test(found) || /^[2-9]\d\d-[2-9]\d\d-\d{4}$/.test(found))
    return true;
  return isTold && digits.length >= 7 && !/\d{1,2}\.\d{3}\.\d{3}$/.test(found);
}
