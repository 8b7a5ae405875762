import type { Lineage } from '@lathe/contracts/artifact/lineage';
import { Link } from '../../shell/link.tsx';
import { counted, grouped } from '../../ui/numbers.ts';
import { Table } from '../../ui/table.tsx';

/** Of which files rows were made, and what of those was not used. */
export function MadeFacts({ lineage }: { readonly lineage: Lineage }) {
  const { sources, rows_by_source: rows, unused, writer } = lineage;
  return (
    <>
      <Table
        name="sources"
        caption="Files that it was made of"
        rows={sources}
        keyOf={({ file }) => file}
        columns={[
          {
            head: 'Made of',
            value: ({ filename }) => filename,
            cell: ({ file, filename }) => <Link to={`/data/${file}`}>{filename}</Link>,
          },
          {
            head: 'Rows',
            value: ({ file }) => rows[file] ?? 0,
            cell: ({ file }) => grouped(rows[file] ?? 0),
            isNumber: true,
          },
          { head: 'SHA-256', cell: ({ sha256 }) => <code>{sha256.slice(0, 16)}…</code> },
        ]}
      />
      {writer !== null && (
        <p>
          {writer.model} wrote {counted(writer.written, 'pair')} about{' '}
          {counted(writer.chunks, 'chunk')}; {grouped(writer.accepted)} stand in their chunks and
          were kept.
        </p>
      )}
      {unused.length > 0 && (
        <Table
          name="unused"
          caption="What was not used"
          rows={unused}
          keyOf={({ reason }) => reason}
          pageRows={10}
          columns={[
            {
              head: 'Not used because',
              value: ({ reason }) => reason,
              cell: ({ reason }) => reason,
            },
            {
              head: 'Times',
              value: ({ count }) => count,
              cell: ({ count }) => grouped(count),
              isNumber: true,
            },
            {
              head: 'First places',
              cell: ({ places }) => <span class="soft small-text">{places.join(', ')}</span>,
            },
          ]}
        />
      )}
    </>
  );
}
