import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { CleaningOptions } from '@lathe/contracts/http/cleaning';
import type { RowIssue } from '../check/validate-message.ts';
import type { RowsKind } from '../lesson/lesson.ts';
import { createPseudonyms, personalDataIn, redact } from './personal-data.ts';
import { type PersonalKind, personalKinds } from './personal-kinds.ts';
import { mapTexts } from './row-texts.ts';

/** What is done about personal data, and what counts as none. */
export type PersonalOptions = {
  readonly mode: NonNullable<CleaningOptions['personal_data']>;
  readonly allowed: readonly string[];
};

const names: Readonly<Record<PersonalKind, string>> = {
  EMAIL: 'an e-mail address',
  PHONE: 'a phone number',
  IBAN: 'an IBAN',
  CARD: 'a card number',
  SSN: 'a social security number',
  IP: 'an IP address',
  SECRET: 'a key or password',
};

/** Rows whose labels count places in their text, which would no longer be right. */
export const placedKinds: readonly RowsKind[] = ['tagged', 'question'];

export type PersonalRow = {
  /** With names in the place of personal data where that is asked for. */
  readonly row: CanonicalRow;
  readonly kinds: readonly PersonalKind[];
  readonly issues: readonly RowIssue[];
};

/** Looks for personal data in all texts of a row; what is found is told by its kind, never as it is. */
export function withoutPersonalData(
  row: CanonicalRow,
  { mode, allowed }: PersonalOptions = { mode: 'report', allowed: [] },
): PersonalRow {
  const kinds = new Set<PersonalKind>();
  const spared = new Set(allowed.map((text) => text.toLowerCase()));
  const pseudonyms = createPseudonyms();
  let first: string | undefined;
  const changed = mapTexts(row, (text, path) => {
    const found = personalDataIn(text, spared);
    if (found.length === 0) return text;
    for (const { kind } of found) kinds.add(kind);
    first ??= path;
    return redact(text, { pseudonyms, allowed: spared });
  });
  if (first === undefined) return { row, kinds: [], issues: [] };
  const found = personalKinds.filter((kind) => kinds.has(kind));
  const told = found.map((kind) => names[kind]).join(' and ');
  const message =
    mode === 'redact'
      ? `the row held ${told}; names were put in the place`
      : `the row seems to hold ${told}`;
  const level = mode === 'refuse' ? 'error' : 'warn';
  return {
    row: mode === 'redact' ? changed : row,
    kinds: found,
    issues: [{ path: first, rule: 'personal-data', message, level }],
  };
}
