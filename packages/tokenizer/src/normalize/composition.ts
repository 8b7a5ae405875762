export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * A character of a normalised text, and by how many it and what was put in for its source are more: 0 stands for the next
 * character of the source, 1 is put in after it, and below 0 so many further ones of the source are taken with it.
 */
export type Change = { readonly character: string; readonly change: number };

/**
 * The characters of a Unicode normalization form (UAX #15) of a text, each with what became of the source, as the crate
 * unicode-normalization-alignments counts, which the reference implementation takes its offsets from: of a character
 * that decomposes all parts but the first are put in, sorted marks take their counts along, and what is composed sums
 * them up.
 */
export function changesOf(source: string, form: UnicodeForm): Change[] {
  const parts = decomposed(source, form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD');
  return form === 'NFD' || form === 'NFKD' ? parts : composed(parts);
}

/** The characters in canonical order; those that are the same keep their order, since sorting is stable. */
function decomposed(source: string, form: 'NFD' | 'NFKD'): Change[] {
  const waiting = new Map<string, number[]>();
  for (const character of source) {
    let change = 0;
    for (const part of character.normalize(form)) {
      const changes = waiting.get(part);
      if (changes === undefined) waiting.set(part, [change]);
      else changes.push(change);
      change = 1;
    }
  }
  const taken = new Map<string, number>();
  return [...source.normalize(form)].map((character) => {
    const at = taken.get(character) ?? 0;
    taken.set(character, at + 1);
    return { character, change: waiting.get(character)?.[at] ?? 0 };
  });
}

/** Puts together what composes: a starter with the marks after it that no other of their class blocks. */
function composed(parts: readonly Change[]): Change[] {
  const out: Change[] = [];
  let starter: Change | undefined;
  let marks: Change[] = [];
  const end = (): void => {
    if (starter !== undefined) out.push(starter);
    out.push(...marks);
    marks = [];
  };
  for (const part of parts) {
    const isMark = isReordered(part.character);
    const last = marks.at(-1);
    const isBlocked =
      last !== undefined && (!isMark || isSameClass(last.character, part.character));
    const both: string | undefined =
      starter === undefined || isBlocked
        ? undefined
        : compositionOf(starter.character, part.character);
    if (starter !== undefined && both !== undefined)
      starter = { character: both, change: starter.change + part.change - 1 };
    else if (isMark && starter !== undefined) marks.push(part);
    else if (isMark) out.push(part);
    else {
      end();
      starter = part;
    }
  }
  end();
  return out;
}

function compositionOf(first: string, second: string): string | undefined {
  const both = (first + second).normalize('NFC');
  const isOne = both.length === ((both.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
  return isOne ? both : undefined;
}

/** The mark of the highest class (240): every other of a class above 0 goes before it. */
const highest = '\u0345';

/** Whether a character has a canonical combining class above 0. */
function isReordered(character: string): boolean {
  if (character < '\u0300') return false;
  return character === highest || (highest + character).normalize('NFD') !== highest + character;
}

/** Whether two marks in canonical order are of one class: only then they stay as they are the other way round. */
function isSameClass(first: string, second: string): boolean {
  return first === second || (second + first).normalize('NFD') === second + first;
}
