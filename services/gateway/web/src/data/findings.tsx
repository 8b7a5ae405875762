import type { DatasetReport, Finding } from '@lathe/contracts/artifact/dataset';
import { grouped } from '../ui/numbers.ts';
import { Table } from '../ui/table.tsx';

/** What is wrong with rows: by rule, how often, and which lines. */
export function Findings({ report }: { readonly report: DatasetReport }) {
  const { findings, moreFindings, reasons = [] } = report;
  if (findings.length === 0) return <p class="good">Nothing is wrong with the rows.</p>;
  return (
    <>
      <ul class="tiles">
        {reasons.map(({ rule, level, count }) => (
          <li key={rule + level}>
            <b class={level === 'error' ? 'error' : 'warn'}>{grouped(count)}</b>
            {rule.replaceAll('_', ' ')}
          </li>
        ))}
      </ul>
      <Table<Finding>
        name="findings"
        caption="Findings"
        rows={findings}
        keyOf={({ file, member, line, path, rule }) => [file, member, line, path, rule].join(' ')}
        pageRows={10}
        columns={[
          {
            head: 'Line',
            value: ({ line }) => line,
            cell: ({ line, member, file }) => (
              <>
                {line === 0 ? 'file' : grouped(line)}
                {(member !== undefined || file === 'validation_file') && (
                  <div class="soft small-text">{member ?? 'validation file'}</div>
                )}
              </>
            ),
            isNumber: true,
          },
          {
            head: 'What',
            value: ({ message, rule, level }) => `${message} ${rule} ${level}`,
            cell: ({ message, path, level }) => (
              <>
                <span class={level === 'error' ? 'error' : 'warn'}>
                  {level === 'error' ? 'Error' : 'Warning'}
                </span>
                : {message} {path !== '' && <code class="soft">{path}</code>}
              </>
            ),
          },
          { head: 'Rule', value: ({ rule }) => rule, cell: ({ rule }) => rule },
        ]}
      />
      {moreFindings > 0 && <p class="soft">and {grouped(moreFindings)} more</p>}
    </>
  );
}
