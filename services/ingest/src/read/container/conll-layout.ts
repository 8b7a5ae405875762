/** How a file of words and tags is written: what parts its columns, how many they are, and which are read. */
export type ConllLayout = {
  readonly separator: RegExp;
  readonly columns: number;
  readonly word: number;
  readonly tag: number;
  /** The name of the tags in a row. */
  readonly name: 'ner_tags' | 'tags';
  /** Columns behind that of the tags with other tags of spans, such as of spans within spans. */
  readonly others: readonly number[];
  /** The first word is numbered in each sentence, and a line that begins with "#" is a comment. */
  readonly isNumbered: boolean;
  /** The first line that is no comment names the columns. */
  readonly hasNames: boolean;
};

const tab = /\t/;
const blanks = /[ \t]+/;
const spanTag = /^(?:O|[BIESLUM]-\S+)$/;
/** Of parts of speech and the like. */
const wordTag = /^[A-Z][A-Z0-9$:_-]{0,15}$|^[^\p{L}\p{N}\s]{1,3}$/u;
/** The beginning of a document, be it numbered. */
const document = /^(?:\d+[ \t]+)?-DOCSTART-/;
const sampledLines = 500;
/** Share of the sampled lines that must be alike. */
const alike = 0.95;

/** Names of columns in a first line. */
const columnName =
  /^(?:(?:ner|pos|iob|bio|outer|inner|span|entity|chunk)?[ _-]?(?:tag|label)s?|ner|iob|bio|entity|outer|inner|pos|[ux]pos|chunk|tokens?|words?|form|text|lemma)$/i;

/** The layout of a file of one word a line, with blank lines between sentences; undefined for any other. */
export function conllLayoutOf(head: string, isWhole: boolean): ConllLayout | undefined {
  const all = head.replace(/^\ufeff/, '').split(/\r?\n/);
  const whole = (isWhole ? all : all.slice(0, -1)).slice(0, sampledLines);
  // Whether a word or a comment begins with "#" is known only with the layout.
  const lines = whole.filter(
    (line) => line.trim() !== '' && !line.startsWith('#') && !document.test(line),
  );
  if (lines.length < 2) return undefined;
  const isParted = /\S\r?\n[ \t]*\r?\n\S/.test(head);
  for (const separator of [tab, blanks]) {
    const layout = layoutOf(
      lines.map((line) => cellsOf(line, separator)),
      { separator, isParted },
    );
    if (layout !== undefined) return layout;
  }
  return undefined;
}

type Cells = readonly string[];

function layoutOf(
  lines: readonly Cells[],
  { separator, isParted }: { readonly separator: RegExp; readonly isParted: boolean },
): ConllLayout | undefined {
  const columns = mostFrequent(lines.map(({ length }) => length));
  const same = lines.filter(({ length }) => length === columns);
  if (columns < 2 || same.length < alike * lines.length) return undefined;
  const layout = { separator, columns, others: [], hasNames: false };
  const areUniversal = columns === 10 && separator === tab;
  if (areUniversal && same.every(([at = '']) => /^\d+([-.]\d+)?$/.test(at)))
    return { ...layout, word: 1, tag: 3, name: 'tags', isNumbered: true };
  const [first] = lines;
  const hasNames =
    same.length > 1 &&
    first?.length === columns &&
    first.filter((cell) => columnName.test(cell)).length > 1 &&
    !first.some((cell) => spanTag.test(cell));
  const rows = hasNames ? same.slice(1) : same;
  const isNumbered = columns > 2 && areCounted(rows);
  const word = isNumbered ? 1 : 0;
  const found = { ...layout, word, isNumbered, hasNames };
  const spans = spanColumns(rows, { word, isNumbered, names: hasNames ? first : [] });
  const tag = spans[0];
  if (tag !== undefined) return { ...found, tag, name: 'ner_tags', others: spans.slice(1) };
  const last = columns - 1;
  const tags = rows.map((cells) => cells[last] as string);
  const areWords = rows.every((cells) => !/\s/.test(cells[word] ?? ''));
  if (!isParted || !areTags(tags) || !areWords) return undefined;
  return { ...found, tag: last, name: 'tags' };
}

/** Whether the first cells count the words of each sentence. */
function areCounted(rows: readonly Cells[]): boolean {
  return rows.every(([cell = ''], at) => {
    const before = Number(rows[at - 1]?.[0] ?? -1);
    return /^\d+$/.test(cell) && (Number(cell) <= 1 || Number(cell) === before + 1 || at === 0);
  });
}

type Known = {
  readonly word: number;
  readonly isNumbered: boolean;
  /** Of the columns; none where no line has them. */
  readonly names: readonly string[];
};

/**
 * The last column of tags of spans, since columns that say nothing of them may stand behind, and those of the spans around these before
 * it. Other columns of spans, such as of phrases, are left out.
 */
function spanColumns(rows: readonly Cells[], known: Known): number[] {
  const areSpans = (column: number): boolean =>
    rows.filter((cells) => spanTag.test(cells[column] as string)).length >= alike * rows.length;
  const columns = Array.from({ length: rows[0]?.length ?? 0 }, (_, at) => at);
  const last = columns.slice(known.word + 1).findLast(areSpans);
  if (last === undefined) return [];
  const found = [last];
  for (let column = last - 1; column > known.word && areSpans(column); column--) {
    if (!areAround(rows, column, known)) break;
    found.unshift(column);
  }
  return found;
}

/**
 * Whether the spans of a column are around those of the next one: where names of columns say so, both have the same types, or words with
 * numbers have just these two, as in GermEval, and none is inner. Spans of phrases and of entities have no type in common.
 */
function areAround(
  rows: readonly Cells[],
  column: number,
  { word, isNumbered, names }: Known,
): boolean {
  const outer = typesOf(rows, column);
  const inner = typesOf(rows, column + 1);
  if (outer.size === 0 && inner.size > 0) return false;
  if (/outer/i.test(names[column] ?? '') || /inner/i.test(names[column + 1] ?? '')) return true;
  if (!outer.isDisjointFrom(inner)) return true;
  const areTwo = column === word + 1 && rows[0]?.length === word + 3;
  return isNumbered && areTwo && inner.size === 0;
}

/** The types of the spans of a column, without what GermEval writes behind those of parts of words and of what is derived from names. */
function typesOf(rows: readonly Cells[], column: number): ReadonlySet<string> {
  const tags = new Set(rows.map((cells) => cells[column] ?? ''));
  const spans = [...tags].filter((tag) => spanTag.test(tag));
  const types = spans.map((tag) => tag.slice(2).replace(/(?<=.)(?:deriv|part)$/, ''));
  return new Set(types.filter((type) => type !== ''));
}

/** Tags of words: in capitals, and few. */
function areTags(tags: readonly string[]): boolean {
  const few = new Set(tags).size <= Math.max(3, tags.length / 4);
  return few && tags.every((tag) => wordTag.test(tag));
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0];
}

/** The cells of a line. */
export function cellsOf(line: string, separator: RegExp): string[] {
  return (separator === tab ? line : line.trim()).split(separator);
}

/** Whether a line is no word: the beginning of a document, or a comment. "#" with a tag is a word. */
export function isBeside(line: string, layout: ConllLayout): boolean {
  if (document.test(line)) return true;
  if (!line.startsWith('#')) return false;
  if (layout.isNumbered) return true;
  const cells = cellsOf(line, layout.separator);
  const kind = layout.name === 'tags' ? wordTag : spanTag;
  if (cells.length === layout.columns && kind.test(cells[layout.tag] ?? '')) return false;
  return /^#(?:\s|$|(?:begin|end) document)/.test(line);
}

/** Whether a line is one at which a document begins or ends, and so does a sentence; not so at other comments. */
export function partsDocuments(line: string): boolean {
  return document.test(line) || /^#(?:begin|end) document/.test(line);
}

/** How the columns were understood, where there are others than of words and tags; undefined where not. */
export function columnsTold({ columns, word, tag, name, others }: ConllLayout): string | undefined {
  if (columns === 2) return undefined;
  const words = `Column ${word + 1} of ${columns} has the words`;
  const tags = `column ${tag + 1} their tags (${name})`;
  if (others.length === 0) return `${words}, and ${tags}`;
  const rest = others.map((other, at) => `column ${other + 1} other tags (${otherName(at)})`);
  return `${words}, ${tags}, ${rest.join(', ')}, which are not trained on unless 'lathe.data.columns' takes them`;
}

/** The name in a row of other tags by their place among these. */
export function otherName(at: number): string {
  return `ner_tags_${at + 2}`;
}
