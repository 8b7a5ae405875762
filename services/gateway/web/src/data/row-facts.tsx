import type { CleaningReport, DatasetReport } from '@lathe/contracts/artifact/dataset';
import { cleaningCounts } from '@lathe/contracts/words/cleaning';
import { grouped, percentText } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';

/** What rows have in common with each other, and what stands in them that may not belong there. */
export function CleaningFacts({ cleaning }: { readonly cleaning: CleaningReport }) {
  const told = cleaningCounts(cleaning);
  if (told.length === 0)
    return <p class="good">No repetitions, contradictions, personal data or control strings.</p>;
  return (
    <ul class="tiles">
      {told.map(([name, rows]) => (
        <li key={name}>
          <b>{grouped(rows)}</b>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** How often each label is there. */
export function LabelBalance({
  labels,
}: {
  readonly labels: NonNullable<DatasetReport['labels']>;
}) {
  const all = labels.reduce((sum, { train, heldOut }) => sum + train + heldOut, 0);
  const most = Math.max(1, ...labels.map(({ train, heldOut }) => train + heldOut));
  return (
    <Table
      name="labels"
      caption="Labels"
      rows={labels}
      keyOf={({ label }) => label}
      pageRows={12}
      columns={[
        { head: 'Label', value: ({ label }) => label, cell: ({ label }) => label },
        {
          head: 'To train on',
          value: ({ train }) => train,
          cell: ({ train }) => grouped(train),
          isNumber: true,
        },
        {
          head: 'Held out',
          value: ({ heldOut }) => heldOut,
          cell: ({ heldOut }) => grouped(heldOut),
          isNumber: true,
        },
        {
          head: 'Share',
          cell: ({ train, heldOut }) => (
            <span class="share">
              <progress max={most} value={train + heldOut} aria-label="Share of all rows" />
              {percentText(Math.round((1000 * (train + heldOut)) / Math.max(1, all)) / 1000)}
            </span>
          ),
        },
      ]}
    />
  );
}
