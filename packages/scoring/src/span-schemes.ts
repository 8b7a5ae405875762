/** What a run of tags says about one stretch of tokens: `end` is behind its last. */
export type Span = { readonly type: string; readonly start: number; readonly end: number };

/** How tags say where a span begins and ends; `IOE` is seqeval's IOE2. */
export type Scheme = 'IOB1' | 'IOB2' | 'IOE' | 'IOBES' | 'BILOU';

type Tag = { readonly prefix: string; readonly type: string };

/**
 * The tag before and this one's prefix (`*`: any), and whether both must be of the same type (`=`), of another (`!`), or
 * either (empty): `OI` says that an I behind an O does it, `II!` that an I behind an I of another type does.
 */
type Rules = {
  readonly prefixes: string;
  readonly starts: readonly string[];
  readonly goesOn: readonly string[];
  readonly ends: readonly string[];
};

/** Table of seqeval 1.2.2's `scheme.py`. */
const schemes: Readonly<Record<Scheme, Rules>> = {
  IOB1: {
    prefixes: 'IOB',
    starts: ['OI', 'II!', 'BI', 'IB=', 'BB='],
    goesOn: ['BI=', 'II='],
    ends: ['II!', 'IO', 'IB', 'BO', 'BI!', 'BB='],
  },
  IOB2: {
    prefixes: 'IOB',
    starts: ['*B'],
    goesOn: ['BI=', 'II='],
    ends: ['IO', 'II!', 'IB', 'BO', 'BI!', 'BB'],
  },
  IOE: {
    prefixes: 'IOE',
    starts: ['OI', 'OE', 'EI', 'EE', 'II!', 'IE!'],
    goesOn: ['IE=', 'II='],
    ends: ['E*'],
  },
  IOBES: {
    prefixes: 'IOBES',
    starts: ['*B', '*S'],
    goesOn: ['BI=', 'BE=', 'II=', 'IE='],
    ends: ['S*', 'E*'],
  },
  BILOU: {
    prefixes: 'BILOU',
    starts: ['*B', '*U'],
    goesOn: ['BI=', 'BL=', 'II=', 'IL='],
    ends: ['U*', 'L*'],
  },
};

const outside: Tag = { prefix: 'O', type: '_' };

/**
 * The scheme that tags are written in, by their prefixes; null when they are of none. I and O alone are of none.
 *
 * @example const scheme = detectScheme([["B-PER", "O"]]); // IOB2
 */
export function detectScheme(sentences: Iterable<readonly string[]>): Scheme | null {
  const seen = new Set<string>();
  for (const tags of sentences) for (const tag of tags) seen.add(tag[0] ?? '');
  const has = (prefixes: string) => [...prefixes].some((prefix) => seen.has(prefix));
  const onlyOf = (scheme: Scheme) =>
    [...seen].every((prefix) => prefix !== '' && schemes[scheme].prefixes.includes(prefix));
  if (onlyOf('IOB2')) return has('B') ? 'IOB2' : null;
  if (onlyOf('IOE')) return has('E') ? 'IOE' : null;
  if (onlyOf('IOBES')) return 'IOBES';
  return onlyOf('BILOU') ? 'BILOU' : null;
}

/**
 * The spans of a sentence that keep to a scheme; what breaks it is none. Throws a RangeError for a prefix that the
 * scheme does not have.
 */
export function strictSpans(tags: readonly string[], scheme: Scheme): Span[] {
  const rules = schemes[scheme];
  const all = [...tags.map((tag) => readTag(tag, scheme)), outside];
  const at = (index: number): Tag => all[index] ?? outside;
  const spans: Span[] = [];
  for (let start = 0; start < tags.length; ) {
    let end = start + 1;
    if (matches(rules.starts, at(start - 1), at(start))) {
      while (end < tags.length && matches(rules.goesOn, at(end - 1), at(end))) end++;
      if (matches(rules.ends, at(end - 1), at(end)))
        spans.push({ type: at(start).type, start, end });
    }
    start = end;
  }
  return spans;
}

function readTag(tag: string, scheme: Scheme): Tag {
  const prefix = tag[0] ?? '';
  if (prefix === '' || !schemes[scheme].prefixes.includes(prefix))
    throw new RangeError(`The tag '${tag}' is not of the scheme ${scheme}.`);
  return { prefix, type: tag.slice(1).replace(/^-+|-+$/g, '') || '_' };
}

function matches(patterns: readonly string[], before: Tag, tag: Tag): boolean {
  return patterns.some(([first, second, types]) => {
    if (first !== '*' && first !== before.prefix) return false;
    if (second !== '*' && second !== tag.prefix) return false;
    return types === undefined || (types === '=') === (before.type === tag.type);
  });
}
