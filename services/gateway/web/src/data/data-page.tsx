import type { FileObject } from '@lathe/contracts/http/file';
import { useList } from '../api/use-list.ts';
import { Link } from '../shell/link.tsx';
import { navigate } from '../shell/router.ts';
import { bytesText } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { DropZone } from './drop-zone.tsx';
import { Datasets } from './made/datasets.tsx';

/** Files of rows: a place to drop one, those that are there, and those that are made of others. */
export function DataPage() {
  const list = useList<FileObject>('/v1/files?purpose=fine-tune');
  return (
    <>
      <header class="head">
        <h1>Data</h1>
        <div class="row">
          <Link to="/data/mix" class="button">
            Mix files
          </Link>
          <Link to="/data/split" class="button">
            Split a file
          </Link>
          <Link to="/data/convert" class="button">
            Make pairs of talk
          </Link>
        </div>
      </header>
      <DropZone
        title="Drop a file of rows here"
        label="File of rows"
        hint="JSON Lines, JSON, CSV, TSV, Parquet, CoNLL, SQuAD, text, Markdown, or a zip of them; also packed with gzip or zstd. It stays on this machine."
        purpose="fine-tune"
        onUploaded={({ id }) => navigate(`/data/${id}`)}
      />
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
      <h2>Made of other files</h2>
      <Datasets />
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
