import type { FileObject } from '@lathe/contracts/http/file';
import { useList } from '../api/use-list.ts';
import { Link } from '../shell/link.tsx';
import { bytesText } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { DropZone } from './drop-zone.tsx';

/** Files of rows: a place to drop one, and those that are there. */
export function DataPage() {
  const list = useList<FileObject>('/v1/files?purpose=fine-tune');
  return (
    <>
      <h1>Data</h1>
      <DropZone />
      <h2>Files</h2>
      <Answered query={{ ...list, data: list.items }} what="the files">
        {(files) => (
          <Table<FileObject>
            name="files"
            caption="Files of rows"
            rows={files}
            columns={columns}
            keyOf={({ id }) => id}
            more={list}
            empty={<p class="soft">None yet. What you drop above is listed here.</p>}
          />
        )}
      </Answered>
    </>
  );
}

const columns: readonly Column<FileObject>[] = [
  {
    head: 'File',
    value: ({ filename, id }) => `${filename} ${id}`,
    cell: ({ filename, id }) => (
      <>
        <Link to={`/data/${id}`}>{filename}</Link>
        <div class="soft small-text">{id}</div>
      </>
    ),
  },
  {
    head: 'Size',
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => bytesText(bytes),
    isNumber: true,
  },
  {
    head: 'Uploaded',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at }) => <Time at={at} />,
    isNumber: true,
  },
];
