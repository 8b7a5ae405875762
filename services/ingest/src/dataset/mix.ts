import { LatheError } from '@lathe/contracts/error';
import type { MixRequest } from '@lathe/contracts/http/dataset';
import { hash } from '../pack/split.ts';
import { createTally } from '../talk/tally.ts';
import { type Made, type Making, madeName, sourceOf } from './making.ts';
import { type ObjectRow, objectRows } from './object-rows.ts';

/** A file that is mixed: its rows so far and what is left of it. */
type Strand = {
  readonly id: string;
  readonly weight: number;
  readonly rows: AsyncGenerator<ObjectRow>;
  /** Share of the file's bytes that was read decides whose row comes next. */
  readonly next: () => Promise<ObjectRow | undefined>;
  taken: number;
  readonly expected: number;
};

/**
 * Rows of several files in one: a weight of 2 takes each row twice, 0.5 every second one by hash(seed, row). Files are
 * taken from in turn by how much of each is written, so that no part of the result is of one file alone. Throws
 * `invalid_file_format` for files whose rows have no field in common.
 */
export async function mixFiles(mix: MixRequest, making: Making): Promise<Made> {
  const { sinks, ports } = making;
  const tally = createTally();
  const rowsBySource: Record<string, number> = {};
  const strands: Strand[] = [];
  let fields: { readonly names: ReadonlySet<string>; readonly filename: string } | undefined;
  for (const { file, weight } of mix.files) {
    const source = sourceOf(making, file);
    const rows = objectRows(source, { ports, tally });
    const first = await rows.next();
    rowsBySource[file] ??= 0;
    if (first.done === true) continue;
    const names = new Set(Object.keys(first.value.value));
    const { filename } = source.record;
    if (fields !== undefined && ![...names].some((name) => fields?.names.has(name)))
      throw new LatheError(
        'invalid_file_format',
        `The rows of ${JSON.stringify(filename)} have the fields ${listed(names)}, those of ${JSON.stringify(fields.filename)} ${listed(fields.names)}: they are of different kinds and cannot be mixed.`,
        { param: 'mix.files' },
      );
    fields ??= { names, filename };
    let held: ObjectRow | undefined = first.value;
    strands.push({
      ...{ id: file, weight, rows, taken: 0 },
      // As if rows were equally long: only the order depends on it.
      expected: Math.max(1, (source.record.bytes / Math.max(1, first.value.text.length)) * weight),
      async next() {
        const row = held;
        if (row === undefined) return undefined;
        const following = await rows.next();
        held = following.done === true ? undefined : following.value;
        return row;
      },
    });
  }
  const open = [...strands];
  while (open.length > 0) {
    const strand = open.reduce((least, one) => (share(one) < share(least) ? one : least));
    const row = await strand.next();
    if (row === undefined) {
      open.splice(open.indexOf(strand), 1);
      continue;
    }
    const copies = copiesOf(row, strand, mix.seed);
    if (copies === 0)
      tally.add('a row that its weight leaves out', `${strand.id} line ${row.line}`);
    for (let copy = 0; copy < copies; copy++) await sinks.rows.add(Buffer.from(row.text));
    strand.taken += Math.max(copies, strand.weight);
    rowsBySource[strand.id] = (rowsBySource[strand.id] ?? 0) + copies;
    ports.progress({ rows: sinks.rows.rows() });
  }
  const [first] = mix.files;
  const name = first === undefined ? 'rows' : sourceOf(making, first.file).record.filename;
  return { unused: tally.list(), rowsBySource, filename: madeName(name, 'mixed') };
}

function share({ taken, expected }: Strand): number {
  return taken / expected;
}

/** Whole copies by the weight, and one more for so many rows as its fraction says, always the same ones. */
function copiesOf(row: ObjectRow, { id, weight }: Strand, seed: number): number {
  const whole = Math.floor(weight);
  return whole + (hash(`${seed}:${id}:${row.line}`) / 2 ** 48 < weight - whole ? 1 : 0);
}

function listed(names: ReadonlySet<string>): string {
  return [...names]
    .slice(0, 8)
    .map((name) => JSON.stringify(name))
    .join(', ');
}
