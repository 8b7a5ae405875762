import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { figure, grouped, percentText } from '../ui/numbers.ts';
import { Scroll } from '../ui/scroll.tsx';
import { Table } from '../ui/table.tsx';

type Labels = NonNullable<EvaluationReport['labels']>;

/** Labels of a matrix that is shown whole. */
const mostShown = 12;

/** What the tuned model takes for what, and how it does on each label. */
export function LabelSections({ labels: { matrix, perLabel } }: { readonly labels: Labels }) {
  return (
    <>
      {matrix && <Matrix {...matrix} />}
      <h2>By label</h2>
      <Table<Labels['perLabel'][number]>
        name="by-label"
        caption="How the tuned model does on each label"
        rows={perLabel.toSorted((a, b) => a.f1 - b.f1)}
        keyOf={({ label }) => label}
        pageRows={12}
        columns={[
          { head: 'Label', value: ({ label }) => label, cell: ({ label }) => label },
          {
            head: 'Rows',
            value: ({ support }) => support,
            cell: ({ support }) => grouped(support),
            isNumber: true,
          },
          {
            head: 'Of those called it, right',
            value: ({ precision }) => precision,
            cell: ({ precision }) => percentText(precision),
            isNumber: true,
          },
          {
            head: 'Of those that are it, found',
            value: ({ recall }) => recall,
            cell: ({ recall }) => percentText(recall),
            isNumber: true,
          },
          { head: 'F1', value: ({ f1 }) => f1, cell: ({ f1 }) => figure(f1), isNumber: true },
        ]}
      />
    </>
  );
}

type Confusion = { readonly right: string; readonly said: string; readonly rows: number };

function Matrix({ names, counts }: NonNullable<Labels['matrix']>) {
  const confusions = counts
    .flatMap((row, i) =>
      row.map((rows, j): Confusion => ({ right: names[i] ?? '', said: names[j] ?? '', rows })),
    )
    .filter(({ right, said, rows }) => right !== said && rows > 0)
    .toSorted((a, b) => b.rows - a.rows);
  return (
    <>
      <h2>What is taken for what</h2>
      {names.length <= mostShown && (
        <>
          <p class="soft">Rows: what is right. Columns: what the tuned model says.</p>
          <Scroll label="What is taken for what">
            <table class="grid">
              <thead>
                <tr>
                  <td />
                  {names.map((name) => (
                    <th scope="col" key={name}>
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {names.map((name, i) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    {names.map((said, j) => {
                      const count = counts[i]?.[j] ?? 0;
                      const kind = count === 0 ? 'soft' : i === j ? 'hit' : 'miss';
                      return (
                        <td key={said} class={kind}>
                          {count === 0 ? '·' : grouped(count)}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </>
      )}
      <Table<Confusion>
        name="confusions"
        caption="Confusions, the most frequent first"
        rows={confusions}
        keyOf={({ right, said }) => `${right} ${said}`}
        pageRows={10}
        empty={<p class="good">Nothing is taken for anything else.</p>}
        columns={[
          { head: 'Right', value: ({ right }) => right, cell: ({ right }) => right },
          { head: 'Taken for', value: ({ said }) => said, cell: ({ said }) => said },
          {
            head: 'Rows',
            value: ({ rows }) => rows,
            cell: ({ rows }) => grouped(rows),
            isNumber: true,
          },
        ]}
      />
    </>
  );
}
