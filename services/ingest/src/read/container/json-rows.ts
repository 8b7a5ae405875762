import type { Line } from '../lines.ts';
import { jsonElements } from './json-elements.ts';
import { isRowsName, type Layout } from './layout.ts';
import type { RowSink } from './options.ts';
import { isWanted, splitOf } from './split-names.ts';
import { flattenArticle } from './squad.ts';

/**
 * The rows of JSON that is not one value a line: the elements of a list, or of the lists in an object; the members of an object
 * of named rows, with their names as `id`; and the questions of SQuAD's articles. Lists and objects
 * that are beside its rows are told.
 * Of lists that are named as splits those are taken that are wanted, and others are told.
 */
export async function* jsonRows(
  source: AsyncIterable<Uint8Array>,
  layout: Exclude<Layout, 'lines'>,
  { maxLineBytes, wanted, tell, onSplit }: RowSink,
): AsyncGenerator<Line> {
  const kind = layout === 'lists' || layout === 'names' ? 'object' : layout;
  const besides = new Map<string, number>();
  const left = new Map<string, number>();
  for await (const { under, isAlone, ...line } of jsonElements(source, kind, maxLineBytes)) {
    if (under === undefined || 'problem' in line) yield* flattenArticle(line);
    else if (layout === 'names' && isAlone) yield named(line, under);
    else if (!isAlone && isRow(line)) {
      const split = splitOf(under);
      const isNamed = layout === 'lists' && !isRowsName(under);
      const told = isNamed ? { ...line, told: { '@list': under } } : line;
      if (isWanted(split, wanted)) yield* flattenArticle(told);
      else left.set(under, (left.get(under) ?? 0) + 1);
    } else if (!isScalar(line) || !isAlone) besides.set(under, besides.get(under) ?? line.number);
  }
  for (const [name, count] of left) {
    const split = splitOf(name);
    if (split !== undefined) onSplit(split);
    // What is held out is not left out, and what is trained on was told when it was read.
    if (wanted === 'validation' || (wanted === 'train' && split === 'validation')) continue;
    const message = `The ${count} rows of ${JSON.stringify(name)} in the JSON object were left out`;
    tell({ number: 0, rule: 'split', message });
  }
  for (const [name, number] of besides)
    tell({
      number,
      rule: 'beside-rows',
      message: `${JSON.stringify(name)} of the JSON object holds no rows and was left out`,
    });
}

/** A number or a word about the rows, such as a version, is none of them. */
function isScalar(line: Line): boolean {
  return 'bytes' in line && line.bytes[0] !== 0x7b && line.bytes[0] !== 0x5b;
}

function isRow(line: Line): boolean {
  return !('bytes' in line) || line.bytes[0] === 0x7b;
}

/** A row that has a name, which is its `id` where it has none. */
function named(line: Line, name: string): Line {
  if (!('bytes' in line) || line.bytes[0] !== 0x7b) return line;
  const bytes = Buffer.from(line.bytes);
  if (bytes.includes('"id"')) return line;
  const isEmpty = /^\{\s*\}$/.test(bytes.toString());
  const id = Buffer.from(`{"id":${JSON.stringify(name)}${isEmpty ? '' : ','}`);
  return { ...line, bytes: Buffer.concat([id, bytes.subarray(1)]) };
}
