import type { CleaningReport, DatasetReport } from '@lathe/contracts/artifact/dataset';
import { grouped, percentText } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';

/** What rows have in common with each other, and what stands in them that may not belong there. */
export function CleaningFacts({ cleaning }: { readonly cleaning: CleaningReport }) {
  const { duplicates, conflicts, contamination, personalData, redacted, controlStrings } = cleaning;
  const counts: readonly (readonly [name: string, rows: number])[] = [
    ['repeat an earlier row', duplicates.exact],
    ['nearly repeat an earlier row', duplicates.near],
    ['of these left out', duplicates.dropped],
    ['answer otherwise what an earlier row asks', conflicts],
    ['ask what a held-out row asks', contamination.prompts],
    ['nearly say what a held-out row says', contamination.near],
    ['share a long phrase with a held-out row', contamination.phrases],
    ['of these left out for that', contamination.dropped],
    ...personalData.map(({ kind, rows }) => [`hold personal data: ${kind}`, rows] as const),
    ['were redacted', redacted],
    ['write out what controls the model', controlStrings],
  ];
  const told = counts.filter(([, rows]) => rows > 0);
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
