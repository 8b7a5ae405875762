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
  const counts = new Map<string, { hits: number; predicted: number; support: number }>();
  const count = (type: string) => {
    const known = counts.get(type) ?? { hits: 0, predicted: 0, support: 0 };
    counts.set(type, known);
    return known;
  };
  const read = (tags: readonly string[]) =>
    mode === 'lenient' ? lenientSpans(tags) : strictSpans(tags, mode);
  for (const [row, tags] of gold.entries()) {
    const answer = predicted[row] as readonly string[];
    sameLength(tags, answer);
    const right = new Set<string>();
    for (const span of read(tags)) {
      right.add(JSON.stringify(span));
      count(span.type).support++;
    }
    for (const span of read(answer)) {
      count(span.type).predicted++;
      if (right.has(JSON.stringify(span))) count(span.type).hits++;
    }
  }
  const perType = [...counts.keys()].sort().map((type) => ({ type, ...scoreOf(count(type)) }));
  const all = { hits: 0, predicted: 0, support: 0 };
  for (const each of counts.values()) {
    all.hits += each.hits;
    all.predicted += each.predicted;
    all.support += each.support;
  }
  return {
    micro: scoreOf(all),
    macroF1: perType.reduce((sum, { f1 }) => sum + f1, 0) / Math.max(1, perType.length),
    perType,
  };
}

function scoreOf(count: { hits: number; predicted: number; support: number }): SpanScore {
  const precision = count.hits / Math.max(1, count.predicted);
  const recall = count.hits / Math.max(1, count.support);
  return {
    precision,
    recall,
    f1: count.hits === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    support: count.support,
  };
}
