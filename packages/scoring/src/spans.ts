import { sameLength } from './same-length.ts';
import { type Scheme, type Span, strictSpans } from './span-schemes.ts';

type SpanScore = {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Spans of the gold tags. */
  readonly support: number;
};

export type SpanScores = {
  /** Of all spans together. */
  readonly micro: SpanScore;
  /** Mean over the types. */
  readonly macroF1: number;
  readonly perType: readonly (SpanScore & { readonly type: string })[];
};

/** What counts as spans: anything as conlleval reads it, or only what keeps to a scheme. */
export type SpanMode = 'lenient' | Scheme;

/**
 * The spans of a sentence as conlleval and seqeval's default read them: an I behind an O, or behind another type, begins one.
 *
 * @example const spans = lenientSpans(['O', 'I-PER', 'I-LOC']); // PER at 1, LOC at 2
 */
export function lenientSpans(tags: readonly string[]): Span[] {
  const spans: Span[] = [];
  let [before, type, start] = ['O', '', 0];
  for (let at = 0; at <= tags.length; at++) {
    const tag = tags[at] ?? 'O';
    const prefix = tag[0] ?? '';
    const rest = tag.slice(1);
    const own = rest.slice(rest.indexOf('-') + 1) || '_';
    if (endsBetween(before, prefix) || (isInside(before) && type !== own))
      spans.push({ type, start, end: at });
    if (startsBetween(before, prefix) || (isInside(prefix) && type !== own)) start = at;
    [before, type] = [prefix, own];
  }
  return spans;
}

const isInside = (prefix: string) => prefix !== 'O' && prefix !== '.';

function endsBetween(before: string, prefix: string): boolean {
  if (before === 'E' || before === 'S') return true;
  return (before === 'B' || before === 'I') && 'BSO'.includes(prefix);
}

function startsBetween(before: string, prefix: string): boolean {
  if (prefix === 'B' || prefix === 'S') return true;
  return (prefix === 'E' || prefix === 'I') && 'ESO'.includes(before);
}

/**
 * Span precision, recall and F1 of sentences of tags, as seqeval's: a span counts when type, start and end are right. Throws a
 * RangeError when numbers of sentences or of their tags differ, or for a tag that the scheme does not have.
 *
 * @example const { micro, perType } = spanScores([['B-PER', 'O']], [['B-PER', 'O']], 'IOB2');
 */
export function spanScores(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  mode: SpanMode = 'lenient',
): SpanScores {
  sameLength(gold, predicted);
  const counts = new Map<string, SpanCounts>();
  for (const [row, tags] of gold.entries())
    countSpans(counts, tags, predicted[row] as readonly string[], mode);
  const perType = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => ({ type, ...scoreOf(count) }));
  return {
    micro: scoreOf(sumOf(counts)),
    macroF1: perType.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, perType.length),
    perType,
  };
}

/**
 * The spans of one sentence, whatever their types: those of the answer that are right, all of the answer, all that there are. Throws as
 * spanScores does.
 *
 * @example spanCounts(['B-PER', 'O'], ['B-PER', 'B-LOC'], 'lenient'); // [1, 2, 1]
 */
export function spanCounts(
  gold: readonly string[],
  predicted: readonly string[],
  mode: SpanMode,
): [hits: number, predicted: number, support: number] {
  const counts = new Map<string, SpanCounts>();
  countSpans(counts, gold, predicted, mode);
  const { hits, predicted: told, support } = sumOf(counts);
  return [hits, told, support];
}

/**
 * F1 of such counts, added up over sentences; 0 where none is right.
 *
 * @example spanF1([1, 2, 1]); // 0.667
 */
export function spanF1([hits = 0, predicted = 0, support = 0]: readonly number[]): number {
  return scoreOf({ hits, predicted, support }).f1;
}

type SpanCounts = { hits: number; predicted: number; support: number };

function countSpans(
  counts: Map<string, SpanCounts>,
  gold: readonly string[],
  predicted: readonly string[],
  mode: SpanMode,
): void {
  const count = (type: string) => {
    const known = counts.get(type) ?? { hits: 0, predicted: 0, support: 0 };
    counts.set(type, known);
    return known;
  };
  const read = (tags: readonly string[]) =>
    mode === 'lenient' ? lenientSpans(tags) : strictSpans(tags, mode);
  sameLength(gold, predicted);
  const right = new Set<string>();
  for (const span of read(gold)) {
    right.add(JSON.stringify(span));
    count(span.type).support++;
  }
  for (const span of read(predicted)) {
    count(span.type).predicted++;
    if (right.has(JSON.stringify(span))) count(span.type).hits++;
  }
}

function sumOf(counts: ReadonlyMap<string, SpanCounts>): SpanCounts {
  const all = { hits: 0, predicted: 0, support: 0 };
  for (const each of counts.values()) {
    all.hits += each.hits;
    all.predicted += each.predicted;
    all.support += each.support;
  }
  return all;
}

function scoreOf(count: SpanCounts): SpanScore {
  const precision = count.hits / Math.max(1, count.predicted);
  const recall = count.hits / Math.max(1, count.support);
  return {
    precision,
    recall,
    f1: count.hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    support: count.support,
  };
}
