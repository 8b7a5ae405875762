import type { Line } from '../lines.ts';

/** How a file of words and tags is written: what parts its columns, how many they are, and which are read. */
export type ConllLayout = {
  readonly separator: RegExp;
  readonly columns: number;
  readonly word: number;
  readonly tag: number;
  /** The name of the tags in a row. */
  readonly name: 'ner_tags' | 'tags';
};

const tab = /\t/;
const blanks = /[ \t]+/;
const spanTag = /^(?:O|[BIESLUM]-\S+)$/;
const sampledLines = 500;
/** Share of the sampled lines that must be alike. */
const alike = 0.95;

/** The layout of a file of one word a line, with blank lines between sentences; undefined for any other. */
export function conllLayoutOf(head: string, isWhole: boolean): ConllLayout | undefined {
  const all = head.replace(/^\ufeff/, '').split(/\r?\n/);
  const whole = (isWhole ? all : all.slice(0, -1)).slice(0, sampledLines);
  const lines = whole.filter((line) => line.trim() !== '' && !isBeside(line));
  if (lines.length < 2) return undefined;
  for (const separator of [tab, blanks]) {
    const rows = lines.map((line) => cellsOf(line, separator));
    const columns = mostFrequent(rows.map(({ length }) => length));
    const same = rows.filter(({ length }) => length === columns);
    if (columns < 2 || same.length < alike * rows.length) continue;
    if (
      columns === 10 &&
      separator === tab &&
      same.every(([at = '']) => /^\d+([-.]\d+)?$/.test(at))
    )
      return { separator, columns, word: 1, tag: 3, name: 'tags' };
    const last = { separator, columns, word: 0, tag: columns - 1 };
    const tags = same.map((cells) => cells[last.tag] as string);
    // Columns that say nothing of spans may stand behind.
    for (let tag = last.tag; tag > 0; tag--) {
      const spans = same.filter((cells) => spanTag.test(cells[tag] as string));
      if (spans.length >= alike * same.length) return { ...last, tag, name: 'ner_tags' };
    }
    const isParted = /\S\r?\n[ \t]*\r?\n\S/.test(head);
    if (isParted && areTags(tags) && same.every(([word = '']) => !/\s/.test(word)))
      return { ...last, name: 'tags' };
  }
  return undefined;
}

/** Tags of parts of speech and the like: in capitals, and few. */
function areTags(tags: readonly string[]): boolean {
  const few = new Set(tags).size <= Math.max(3, tags.length / 4);
  return few && tags.every((tag) => /^[A-Z][A-Z0-9$:_-]{0,15}$|^[^\p{L}\p{N}\s]{1,3}$/u.test(tag));
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0];
}

/** Lines that are no words: beginnings of documents, and comments of CoNLL-U. */
function isBeside(line: string): boolean {
  return line.startsWith('-DOCSTART-') || (line.startsWith('# ') && !/\t/.test(line));
}

function cellsOf(line: string, separator: RegExp): string[] {
  return (separator === tab ? line : line.trim()).split(separator);
}

/**
 * The sentences of a file of one word a line as rows `{tokens, ner_tags}` (`tags` where they mark no spans), each with the line
 * on which it begins. A line that is not like the others is a problem. Memory stays below one chunk and `maxBytes`.
 */
export async function* conllRows(
  lines: AsyncIterable<Line>,
  layout: ConllLayout,
  maxBytes: number,
): AsyncGenerator<Line> {
  let begins = 0;
  let last = 0;
  let length = 0;
  let tokens: string[] = [];
  let tags: string[] = [];
  const take = (): Line[] => {
    const isLong = length > maxBytes;
    const row = { tokens, [layout.name]: tags };
    tokens = [];
    tags = [];
    length = 0;
    if (isLong) return [{ number: begins, tooLong: true }];
    if (row.tokens.length === 0) return [];
    return [{ number: begins, bytes: Buffer.from(JSON.stringify(row)) }];
  };
  for await (const line of lines) {
    // Blank lines are left out, but counted.
    if (line.number > last + 1) yield* take();
    last = line.number;
    if (!('bytes' in line)) {
      yield line;
      continue;
    }
    const text = Buffer.from(line.bytes).toString();
    if (isBeside(text)) continue;
    const cells = cellsOf(text, layout.separator);
    const [word, tag] = [cells[layout.word], cells[layout.tag]];
    if (cells.length !== layout.columns || word === undefined || tag === undefined) {
      const message = `the line has ${cells.length} columns, and most lines have ${layout.columns}`;
      yield { number: line.number, problem: { rule: 'columns', message } };
      continue;
    }
    // Parts of words that are written as one, and words that are not written, in CoNLL-U.
    if (layout.word === 1 && /[-.]/.test(cells[0] as string)) continue;
    if (tokens.length === 0) begins = line.number;
    length += line.bytes.length;
    // What is over the limit is not kept, only counted.
    if (length > maxBytes) tokens = tags = [];
    tokens.push(word);
    tags.push(tag);
  }
  yield* take();
}
