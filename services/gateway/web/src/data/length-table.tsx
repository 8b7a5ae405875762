import type { Lengths } from '@lathe/contracts/artifact/insight';
import { grouped } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';

type Props = {
  /** The most tokens of each bar. */
  readonly bounds: readonly number[];
  readonly all: Lengths;
  readonly taught: Lengths | undefined;
};

/** The bars of lengths in numbers, for those who cannot point at them. */
export function LengthTable({ bounds, all, taught }: Props) {
  return (
    <Table<number>
      name="lengths"
      caption="Rows by their length"
      rows={bounds}
      keyOf={String}
      columns={[
        {
          head: 'Tokens',
          value: (upTo) => upTo,
          cell: (upTo) => `up to ${grouped(upTo)}`,
          isNumber: true,
          isRowHead: true,
        },
        countColumn('Whole rows', all),
        ...(taught === undefined ? [] : [countColumn('What is learnt of each', taught)]),
      ]}
    />
  );
}

function countColumn(head: string, { bars }: Lengths): Column<number> {
  const counts = new Map(bars.map(({ upTo, count }) => [upTo, count]));
  return {
    head,
    value: (upTo) => counts.get(upTo) ?? 0,
    cell: (upTo) => grouped(counts.get(upTo) ?? 0),
    isNumber: true,
  };
}
