import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';

/** Words of a shingle, and how much two rows have in common that nearly say the same: as in the cleaning of a job's files. */
const shingleWords = 5;
const nearJaccard = 0.8;

type Said = { readonly prompt: string; readonly shingles: ReadonlySet<string> };

/**
 * How many held-out rows have in their prompt an example that asks the same, or that nearly says what they say (Jaccard similarity
 * of 5-word shingles of 0.8 or more). `shots`: the examples of each row.
 */
export function countNearHeldOut(
  rows: readonly HeldOutRow[],
  shots: readonly (readonly AnsweredRow[])[],
): number {
  const known = new Map<AnsweredRow, Said>();
  const said = (row: AnsweredRow): Said => {
    const found = known.get(row) ?? saidOf(row);
    known.set(row, found);
    return found;
  };
  return rows.filter(({ row }, at) => {
    const own = saidOf(row);
    return (shots[at] ?? []).some((shot) => isNear(own, said(shot)));
  }).length;
}

function saidOf(row: AnsweredRow): Said {
  const { context, expected } = toQuestion(row);
  // What the system says is the same of all rows, and makes none alike.
  const asked = context.filter(({ role }) => role !== 'system' && role !== 'developer');
  const prompt = asked.map(({ content }) => content ?? '').join('\n');
  const words = wordsOf(`${prompt}\n${expected}`);
  const count = Math.max(1, words.length - shingleWords + 1);
  const shingles = Array.from({ length: count }, (_, at) =>
    words.slice(at, at + shingleWords).join(' '),
  );
  return { prompt: wordsOf(prompt).join(' '), shingles: new Set(shingles) };
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

function isNear(a: Said, b: Said): boolean {
  if (a.prompt !== '' && a.prompt === b.prompt) return true;
  const shared = [...a.shingles].filter((shingle) => b.shingles.has(shingle)).length;
  return shared / (a.shingles.size + b.shingles.size - shared) >= nearJaccard;
}
