import type { RowsFound } from '@lathe/row-reader/row-reader';
import type { Lesson } from '../lesson/lesson.ts';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { createNativeReader } from './native-rows.ts';
import { type PackedLines, packedLine, unpackLines } from './packed-lines.ts';
import { hashesOf, type PackedReads, type PackedRows, packReads } from './packed-reads.ts';
import { createLineReader } from './read-lines.ts';
import type { LineRead, RowLimits } from './row-task.ts';

/** How lines are read: those that are plain in C, where set-up built that and `isNative` is not false. */
type ReadTask = {
  readonly lesson: Lesson;
  readonly limits: RowLimits;
  readonly errors: number;
  readonly isNative?: boolean;
};

/** Reads lines one after another, as `readLineRows` does, and puts what was read into few buffers. */
export function readPacked(
  packed: PackedLines,
  encoder: PlacedEncoder,
  task: ReadTask,
): PackedReads {
  const native = task.isNative === false ? undefined : createNativeReader(encoder, task);
  const reader = createLineReader(encoder, task);
  if (native === undefined) return packReads(unpackLines(packed).map(reader.read));
  const { found, refused } = native(packed);
  const reads: (LineRead | PackedRows)[] = [];
  const next = { row: 0, tokens: 0, json: 0, likeness: 0, examples: 0 };
  let from: Place = { ...next };
  const close = (): void => {
    if (next.row > from.row) reads.push(rowsBetween(found, from, next));
    from = { ...next };
  };
  for (let place = 0; place < packed.numbers.length; place++) {
    const isRow = found.rows[2 * next.row] === place;
    // Once there are too many errors rows are only counted.
    const isTaken = isRow && !refused.has(next.row) && !reader.isCounting();
    const isSeveral = isRow && found.rows[2 * next.row + 1] !== 1;
    if (!isTaken || isSeveral) close();
    if (isRow) goOn(next, found);
    if (!isTaken) reads.push(reader.read(packedLine(packed, place)));
    else if (isSeveral) reads.push(readOfSeveral(found, from, next));
    if (!isTaken || isSeveral) from = { ...next };
  }
  close();
  return packReads(reads);
}

/** A row, and what the rows before it have of each kind. */
type Place = Readonly<Record<'row' | 'tokens' | 'json' | 'likeness' | 'examples', number>>;

const factCount = 11;

/** Goes past a row. */
function goOn(place: { -readonly [Kind in keyof Place]: Place[Kind] }, found: RowsFound): void {
  const { facts, rows } = found;
  const at = factCount * place.row;
  place.tokens += facts[at + 1] as number;
  place.json += facts[at + 2] as number;
  place.likeness += (facts[at + 3] as number) + (facts[at + 4] as number);
  place.examples += rows[2 * place.row + 1] as number;
  place.row++;
}

function rowsBetween(found: RowsFound, from: Place, to: Place): PackedRows {
  return {
    rows: to.row - from.row,
    facts: found.facts.subarray(factCount * from.row, factCount * to.row),
    tokens: found.tokens.subarray(from.tokens, to.tokens),
    supervised: found.supervised.subarray(from.tokens, to.tokens),
    json: found.json.subarray(from.json, to.json),
    likeness: found.likeness.subarray(from.likeness, to.likeness),
  };
}

/** A row of several examples. */
function readOfSeveral(found: RowsFound, from: Place, to: Place): LineRead {
  const { facts, tokens, supervised, json, likeness } = rowsBetween(found, from, to);
  let end = 0;
  const examples = Array.from(found.examples.subarray(from.examples, to.examples), (length) => {
    const start = end;
    end += length;
    return { tokens: tokens.subarray(start, end), supervised: supervised.subarray(start, end) };
  });
  const shingles = facts[3] as number;
  return {
    number: facts[0] as number,
    issues: [],
    right: {
      parts: [{ json: json.subarray(0, -1), examples }],
      hasControl: false,
      hashes: hashesOf(facts.subarray(5)),
      likeness: { shingles: likeness.subarray(0, shingles), bands: likeness.subarray(shingles) },
      personal: [],
    },
  };
}
